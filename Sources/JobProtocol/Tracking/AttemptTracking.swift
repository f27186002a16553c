/// What an agent must know to answer MLflow's clients for its server.
public struct AttemptTracking: Hashable, Sendable {
  /// The job's run and what it has logged before, as `runs/get` answers.
  public var run: [UInt8]
  /// The experiments that clients may name, as `experiments/search` answers.
  public var experiments: [UInt8]
  /// Where the server answered when the attempt was launched.
  public var serverUrl: String
  /// Opens MLflow's API of that server.
  public var serverToken: String

  /// Takes every value as it is.
  public init(run: [UInt8], experiments: [UInt8], serverUrl: String, serverToken: String) {
    self.run = run
    self.experiments = experiments
    self.serverUrl = serverUrl
    self.serverToken = serverToken
  }
}

extension AttemptTracking {
  func write(to writer: inout ByteWriter) {
    writer.write(run)
    writer.write(experiments)
    writer.write(serverUrl)
    writer.write(serverToken)
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    run = try reader.data()
    experiments = try reader.data()
    serverUrl = try reader.text()
    serverToken = try reader.text()
  }
}
