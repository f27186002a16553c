/// The identifier of an experiment: decimal digits, as MLflow's clients expect.
public struct ExperimentID: Hashable, Sendable, CustomStringConvertible {
  /// The digits.
  public let rawValue: String

  /// The experiment `Default`, which always exists.
  public static let standard = ExperimentID(unchecked: "0")

  /// Takes an identifier that was made before; nil if it is not made of 1 to 20 digits.
  public init?(_ rawValue: String) {
    guard (1...20).contains(rawValue.utf8.count),
      rawValue.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    self.rawValue = rawValue
  }

  init(unchecked rawValue: String) { self.rawValue = rawValue }

  /// Draws 18 digits, the first of which is not 0.
  public static func random(using generator: inout some RandomNumberGenerator) -> ExperimentID {
    ExperimentID(
      unchecked: String(
        Int64.random(in: 100_000_000_000_000_000...999_999_999_999_999_999, using: &generator)))
  }

  /// Draws a new identifier from the system's generator.
  public static func random() -> ExperimentID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// The digits.
  public var description: String { rawValue }
}

/// Whether something is in use or in the trash, from where it can be restored; MLflow's words.
public enum LifecycleStage: String, Codable, Sendable { case active, deleted }

/// A named set of runs.
public struct Experiment: Sendable, Equatable {
  /// Its identifier.
  public var id: ExperimentID
  /// Name of the project it belongs to.
  public var project: String
  /// Unique in its project, deleted ones included.
  public var name: String
  /// URI under which the artifacts of its runs lie.
  public var artifactLocation: String
  /// Whether it is in use.
  public var lifecycle: LifecycleStage
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
}
