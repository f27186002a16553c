/// What became of a trace; MLflow's words.
public enum TraceState: String, Codable, Sendable {
  case unspecified = "STATE_UNSPECIFIED"
  case ok = "OK"
  case error = "ERROR"
  case inProgress = "IN_PROGRESS"
}

/// One request to an application, as it was traced; its spans are kept apart.
public struct Trace: Sendable, Equatable {
  /// As the client chose it, such as `tr-…`.
  public var id: String
  /// The experiment it belongs to.
  public var experiment: ExperimentID
  /// The application's own name for the request; may be empty.
  public var clientRequest: String
  /// The start of what was asked.
  public var requestPreview: String
  /// The start of what was answered.
  public var responsePreview: String
  /// Unix time, UTC.
  public var requestedAtMs: Int64
  /// How long it took; nil while it runs.
  public var durationMs: Int64?
  /// What became of it.
  public var state: TraceState
  /// Free notes, which may change.
  public var tags: [String: String]
  /// What was known when it was made.
  public var metadata: [String: String]
  /// What was said about it, in order of time.
  public var assessments: [Assessment] = []

  /// Takes every value as it is.
  public init(
    id: String, experiment: ExperimentID, clientRequest: String = "", requestPreview: String = "",
    responsePreview: String = "", requestedAtMs: Int64, durationMs: Int64? = nil,
    state: TraceState, tags: [String: String] = [:], metadata: [String: String] = [:]
  ) {
    self.id = id
    self.experiment = experiment
    self.clientRequest = clientRequest
    self.requestPreview = requestPreview
    self.responsePreview = responsePreview
    self.requestedAtMs = requestedAtMs
    self.durationMs = durationMs
    self.state = state
    self.tags = tags
    self.metadata = metadata
  }
}

/// Feedback on a trace, or what was expected of it.
public struct Assessment: Sendable, Equatable {
  /// `a-` and 32 hexadecimal digits.
  public var id: String
  /// What was judged, such as `correctness`.
  public var name: String
  /// What was said, by whom and why, as JSON.
  public var content: String
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64

  /// Draws a new identifier.
  public static func randomID() -> String { "a-\(RunID.random())" }

  /// Takes every value as it is.
  public init(
    id: String = Assessment.randomID(), name: String, content: String, createdAtMs: Int64,
    updatedAtMs: Int64
  ) {
    self.id = id
    self.name = name
    self.content = content
    self.createdAtMs = createdAtMs
    self.updatedAtMs = updatedAtMs
  }
}
