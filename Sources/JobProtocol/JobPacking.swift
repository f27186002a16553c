/// How a job takes part in a pack: short jobs that run inside of few long ones, their allocations.
///
/// The engine of the site has the allocations in its queue, each once; what runs inside of them it does not see.
public struct JobPacking: Hashable, Codable, Sendable {
  /// Names the pack: jobs run in allocations of the same one alone.
  public var pack: String
  /// Of an allocation: how many jobs run inside of it at once, 1 or more; nil of a job that runs in one.
  public var places: Int?

  /// Takes every value as it is.
  public init(pack: String, places: Int? = nil) {
    self.pack = pack
    self.places = places
  }

  /// Most places of an allocation.
  public static let mostPlaces = 1_000

  /// The command of an allocation: the agent's own program, in another part.
  ///
  /// The agent starts it, so that the link leads to the agent's program wherever that lies.
  public static func command(places: Int) -> [String] {
    ["/proc/self/exe", "host", String(places)]
  }
}

extension JobSpec {
  /// Whether it runs inside of an allocation.
  public var isPacked: Bool { packing.map { $0.places == nil } ?? false }
}
