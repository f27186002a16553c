/// How far a job is kept apart from what else is on its machine.
///
/// It has a `/tmp` and processes of its own, and does not see the factory's home nor other jobs' folders.
public struct JobIsolation: Hashable, Codable, Sendable {
  /// Whether it reaches the network.
  public var network: Bool

  /// Takes every value as it is.
  public init(network: Bool = true) { self.network = network }
}
