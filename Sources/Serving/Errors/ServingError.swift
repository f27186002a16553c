public import Basics

/// What can go wrong about endpoints and predictions.
public struct ServingError: FactoryError {
  /// What can go wrong.
  public enum Code: String, Sendable {
    case endpointNotFound = "endpoint_not_found"
    case predictionNotFound = "prediction_not_found"
    case deploymentNotFound = "deployment_not_found"
    case deployFailed = "deploy_failed"
    case replicaUnavailable = "replica_unavailable"
    case gatewayUnavailable = "gateway_unavailable"
    case endpointNameInvalid = "endpoint_name_invalid"
    case frameInvalid = "frame_invalid"
    case segmentInvalid = "segment_invalid"
    case routesInvalid = "routes_invalid"
    case startFailed = "start_failed"
    case socketFailed = "socket_failed"
    case requestInvalid = "replica_request_invalid"
    /// A model of MLflow's cannot be loaded, or its process has ended.
    case modelUnusable = "model_unusable"
    /// A model version has no files that can be deployed or exported.
    case modelFilesMissing = "model_files_missing"
    /// Files that are taken in are not those that were exported.
    case modelFilesDiffer = "model_files_differ"
    /// The Python packages that a model needs cannot be installed.
    case environmentFailed = "environment_failed"
    case studyNotFound = "study_not_found"
    /// A study is led by its own job, and nobody else can ask it.
    case studyNotShared = "study_not_shared"
    /// There is a study of that name that is about something else.
    case studyConflict = "study_conflict"
    /// The coordinator of a study ends whenever it is started.
    case studyFailed = "study_failed"
    case studyLedAlready = "study_led_already"
    case studyJournalDamaged = "study_journal_damaged"
    /// The coordinator of a study did not answer in time.
    case studyUnavailable = "study_unavailable"
  }

  /// A stable word for programs.
  public let code: Code
  /// What happened, with the values that mattered.
  public let message: String
  /// What the reader can do next.
  public let hint: String?

  /// Joins the parts.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
