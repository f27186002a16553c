/// What an agent is told of the address that its command is to have.
public struct AttemptListening: Hashable, Sendable {
  /// The header that brings `AIFACTORY_SERVICE_SECRET` with each request that comes by way of the factory.
  public static let secretHeader = "X-AIFactory-Secret"

  /// The variable that tells the command its port.
  public var portVariable: String
  /// Address at which the command listens: of this machine alone, or of all that reach its node.
  public var host: String
  /// Where the service is below the factory's address.
  public var path: String
  /// Path that answers with a status below 400 once the command is ready; nil is when it accepts connections.
  public var readyPath: String?

  /// Takes every value as it is.
  public init(portVariable: String, host: String, path: String, readyPath: String? = nil) {
    self.portVariable = portVariable
    self.host = host
    self.path = path
    self.readyPath = readyPath
  }

  func write(to writer: inout ByteWriter) {
    writer.write(portVariable)
    writer.write(host)
    writer.write(path)
    writer.write(optional: readyPath) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    portVariable = try reader.text()
    host = try reader.text()
    path = try reader.text()
    readyPath = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
  }
}

/// Where the command of an attempt answers.
public struct ListeningTask: Equatable, Sendable {
  /// Its machine, as the site calls it; nil where that is unknown.
  public var host: String?
  /// TCP port.
  public var port: UInt16

  /// Takes every value as it is.
  public init(host: String?, port: UInt16) {
    self.host = host
    self.port = port
  }
}
