/// Where a job stands among those that were submitted together as an array.
public struct JobArrayPlace: Hashable, Codable, Sendable {
  /// Most jobs of an array.
  public static let mostJobs = 10_000

  /// Identifier of the array.
  public var array: String
  /// From 0.
  public var index: Int
  /// How many jobs the array has.
  public var count: Int
  /// How many jobs of the array run at once at most, 1 or more; nil is as many as there is room for.
  public var atMost: Int?

  /// Takes every value as it is.
  public init(array: String, index: Int, count: Int, atMost: Int? = nil) {
    self.array = array
    self.index = index
    self.count = count
    self.atMost = atMost
  }

  /// What the job's command starts with.
  public var environment: [EnvironmentVariable] {
    [
      EnvironmentVariable("AIFACTORY_ARRAY", array),
      EnvironmentVariable("AIFACTORY_ARRAY_INDEX", String(index)),
      EnvironmentVariable("AIFACTORY_ARRAY_SIZE", String(count)),
    ]
  }
}
