/// The list of files that an attempt gives back to the job's working folder; they lie among its uploads.
public struct ReturnedFiles: Hashable, Sendable {
  /// Its name among the uploads, of which it is the last.
  public static let name = "returned"
  /// First bytes; the last is the version of the format.
  static let head: [UInt8] = Array("AIFRET".utf8) + [1]

  /// One of them.
  public struct File: Hashable, Sendable {
    /// Path below the working folder.
    public var path: String
    /// Name among the attempt's uploads.
    public var upload: String
    /// Its size.
    public var bytes: Int64
    /// Its SHA-256, in hexadecimal.
    public var sha256: String

    /// Takes every value as it is.
    public init(path: String, upload: String, bytes: Int64, sha256: String) {
      self.path = path
      self.upload = upload
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// By path.
  public var files: [File]

  /// Takes the files in their order.
  public init(files: [File]) { self.files = files }

  /// The bytes of the list.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(list: files) {
      $0.write($1.path)
      $0.write($1.upload)
      $0.write($1.bytes)
      $0.write($1.sha256)
    }
    return Self.head + writer.bytes
  }

  /// Takes a list out of its bytes.
  public init(decoding bytes: [UInt8]) throws(JobProtocolError) {
    guard bytes.starts(with: Self.head) else { throw JobProtocolError.unknownFormat }
    var reader = ByteReader(bytes[Self.head.count...])
    files = try reader.list { (r) throws(JobProtocolError) in
      File(
        path: try r.text(), upload: try r.text(), bytes: try r.integer(), sha256: try r.text())
    }
    guard reader.isAtEnd else { throw JobProtocolError.truncated }
  }
}
