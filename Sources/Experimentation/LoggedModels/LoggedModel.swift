/// A model that a run logged, before (or without) being registered.
public struct LoggedModel: Sendable {
  /// Whether its files are complete.
  public enum Status: String, Codable, Sendable {
    case pending = "PENDING"
    case ready = "READY"
    case uploadFailed = "UPLOAD_FAILED"
  }

  /// `m-` and 32 hexadecimal digits.
  public var id: String
  /// The experiment it belongs to.
  public var experiment: ExperimentID
  /// A name for people; need not be unique.
  public var name: String
  /// What the client calls its type; may be empty.
  public var kind: String
  /// The run that logged it.
  public var sourceRun: RunID?
  /// What a client called the run that logged it, where that is none of the factory's.
  public var foreignRun: String?
  /// Whether its files are complete.
  public var status: Status
  /// Why the upload failed; else empty.
  public var statusMessage: String
  /// URI of its files.
  public var artifactLocation: String
  /// Whether it is in use or in the trash.
  public var lifecycle: LifecycleStage
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
  /// What it was made with.
  public var params: [String: String] = [:]
  /// Free notes.
  public var tags: [String: String] = [:]
  /// What was measured on it.
  public var metrics: [(run: String, metric: LoggedModelMetric)] = []

  /// Draws a new identifier.
  public static func randomID() -> String { "m-\(RunID.random())" }
}

/// One value that was measured on a logged model.
public struct LoggedModelMetric: Sendable, Equatable {
  /// The model's identifier.
  public var model: String
  /// Name, value, step and time.
  public var point: MetricPoint
  /// The dataset it was measured on; may be empty.
  public var datasetName: String
  /// That dataset's digest; may be empty.
  public var datasetDigest: String

  /// Takes every value as it is.
  public init(
    model: String, point: MetricPoint, datasetName: String = "", datasetDigest: String = ""
  ) {
    self.model = model
    self.point = point
    self.datasetName = datasetName
    self.datasetDigest = datasetDigest
  }
}
