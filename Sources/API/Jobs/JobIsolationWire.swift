/// How far a job is kept apart, as HTTP and `--output json` tell it.
public struct JobIsolationWire: Codable, Sendable, Equatable {
  /// Whether it reaches the network; it does where absent.
  public var network: Bool?

  /// Takes every value as it is.
  public init(network: Bool? = nil) { self.network = network }
}
