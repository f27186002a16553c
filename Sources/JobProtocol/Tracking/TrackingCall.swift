/// A writing call of MLflow's API that an agent has answered for its server, which carries it out later.
public struct TrackingCall: Equatable, Sendable {
  /// `POST`, `PATCH`, `PUT` or `DELETE`.
  public var method: String
  /// Below `/api/2.0/mlflow/`, such as `runs/log-batch`; artifacts are below `artifacts/`.
  public var path: String
  /// Identifier that the agent gave to what the call makes; empty where it makes nothing.
  public var made: String
  /// The body as the client sent it; empty for a file.
  public var body: [UInt8]
  /// The file that the call brought.
  public var file: TrackingFile?

  /// Takes every value as it is.
  public init(
    method: String, path: String, made: String = "", body: [UInt8], file: TrackingFile? = nil
  ) {
    self.method = method
    self.path = path
    self.made = made
    self.body = body
    self.file = file
  }
}

/// A file that a task has given to its agent.
public struct TrackingFile: Equatable, Sendable {
  /// Name in the attempt's folder of uploads.
  public var name: String
  /// Size in bytes.
  public var bytes: Int64
  /// The SHA-256 of its bytes, in hexadecimal digits.
  public var sha256: String

  /// Takes every value as it is.
  public init(name: String, bytes: Int64, sha256: String) {
    self.name = name
    self.bytes = bytes
    self.sha256 = sha256
  }
}

extension TrackingCall {
  func write(to writer: inout ByteWriter) {
    writer.write(method)
    writer.write(path)
    writer.write(made)
    writer.write(body)
    writer.write(optional: file) {
      $0.write($1.name)
      $0.write($1.bytes)
      $0.write($1.sha256)
    }
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    method = try reader.text()
    path = try reader.text()
    made = try reader.text()
    body = try reader.data()
    file = try reader.optional { (r) throws(JobProtocolError) in
      TrackingFile(name: try r.text(), bytes: try r.integer(), sha256: try r.text())
    }
  }
}
