/// Asks an agent's program at a site for what attempts have written since.
///
/// `aifactory-agent collect` reads it from its standard input and writes a `CollectAnswer` to its standard
/// output. Nothing is remembered between two calls, so that a connection may break at any moment.
public struct CollectRequest: Equatable, Sendable {
  /// First bytes; the last is the version of the format.
  static let head: [UInt8] = Array("AIFASK".utf8) + [1]

  /// One attempt.
  public struct Attempt: Equatable, Sendable {
    /// Its folder at the site.
    public var folder: String
    /// Bytes that are known of its files, by their names below the folder.
    public var known: [File]

    /// Takes every value as it is.
    public init(folder: String, known: [File]) {
      self.folder = folder
      self.known = known
    }
  }

  /// A file and how much of it is known.
  public struct File: Equatable, Sendable {
    /// Its name below the attempt's folder.
    public var name: String
    /// Bytes from its beginning.
    public var bytes: Int64

    /// Takes every value as it is.
    public init(name: String, bytes: Int64) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// In the order in which they are answered.
  public var attempts: [Attempt]
  /// Most bytes of files in the answer, of which all attempts get a share, and one byte at least.
  public var limit: Int64

  /// Takes every value as it is.
  public init(attempts: [Attempt], limit: Int64) {
    self.attempts = attempts
    self.limit = limit
  }

  /// The bytes for the standard input.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(limit)
    writer.write(list: attempts) { writer, attempt in
      writer.write(attempt.folder)
      writer.write(list: attempt.known) {
        $0.write($1.name)
        $0.write($1.bytes)
      }
    }
    return Self.head + writer.bytes
  }

  /// Takes a request out of its bytes.
  public init(decoding bytes: [UInt8]) throws(JobProtocolError) {
    guard bytes.starts(with: Self.head) else { throw JobProtocolError.unknownFormat }
    var reader = ByteReader(bytes[Self.head.count...])
    limit = try reader.integer()
    attempts = try reader.list { (r) throws(JobProtocolError) in
      Attempt(
        folder: try r.text(),
        known: try r.list { (r) throws(JobProtocolError) in
          File(name: try r.text(), bytes: try r.integer())
        })
    }
  }
}
