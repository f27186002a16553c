/// When a job is started again by itself, as HTTP and `--output json` tell it.
public struct JobRestartWire: Codable, Sendable, Equatable {
  /// Ends after which it is: `timeout`, `preemption`, `node_failure`.
  public var on: [String]
  /// How often at most; 5 where absent.
  public var atMost: Int?

  /// Takes every value as it is.
  public init(on causes: [String], atMost: Int? = nil) {
    on = causes
    self.atMost = atMost
  }
}
