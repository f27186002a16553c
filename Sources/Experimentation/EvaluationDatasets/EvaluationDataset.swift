import Basics

/// A named set of records on which applications are evaluated; MLflow's, not the pipelines'.
public struct EvaluationDataset: Sendable {
  /// `d-` and 32 hexadecimal digits.
  public var id: String
  /// A name for people; need not be unique.
  public var name: String
  /// The types of the fields of its records, as JSON; empty while it had none.
  public var schema: String
  /// How many records it has.
  public var recordCount: Int
  /// Who made it, as the client told; may be empty.
  public var createdBy: String
  /// Who changed it last, as the client told; may be empty.
  public var updatedBy: String
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
  /// Free notes.
  public var tags: [String: String] = [:]
  /// The experiments that it belongs to, in order of their identifiers.
  public var experiments: [ExperimentID] = []

  /// Changes with every change of the dataset.
  public var digest: String { String(ObjectDigest(of: "\(name):\(updatedAtMs)").hex.prefix(8)) }

  /// Draws a new identifier.
  static func randomID() -> String { "d-\(RunID.random())" }
}

/// One example of an evaluation dataset.
public struct EvaluationRecord: Sendable {
  /// `dr-` and 32 hexadecimal digits.
  public var id: String
  /// What was asked, as JSON.
  public var inputs: String
  /// What was answered, as JSON; nil where nothing is known.
  public var outputs: String?
  /// What should have been answered, as JSON; nil where nothing is known.
  public var expectations: String?
  /// Free notes, as JSON.
  public var tags: String
  /// Where it comes from, as JSON.
  public var source: String?
  /// The kind of its source.
  public var sourceType: String?
  /// What its source calls it, such as the identifier of a trace.
  public var sourceID: String?
  /// Who made it, as the client told; may be empty.
  public var createdBy: String
  /// Who changed it last, as the client told; may be empty.
  public var updatedBy: String
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64

  /// Draws a new identifier.
  static func randomID() -> String { "dr-\(RunID.random())" }
}
