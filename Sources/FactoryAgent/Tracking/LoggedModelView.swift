import JSONCoding
import MLflowProtocol

/// A logged model as an agent knows it.
struct LoggedModelView: Sendable {
  var id: String
  var experiment: String
  var name: String
  var kind: String
  var sourceRun: String
  var status = "LOGGED_MODEL_PENDING"
  var statusMessage = ""
  var artifactLocation: String
  /// Whether the server lets this job change it.
  var isOwn = true
  var createdAtMs: Int64
  var updatedAtMs: Int64
  var tags: [String: String] = [:]
  var params: [String: String] = [:]
  /// Points that runs have logged for it, as clients write them.
  var metrics: [JSONValue] = []

  init(
    id: String, experiment: ExperimentView, name: String, kind: String, sourceRun: String,
    nowMs: Int64
  ) {
    self.id = id
    self.experiment = experiment.id
    self.name = name
    self.kind = kind
    self.sourceRun = sourceRun
    artifactLocation = experiment.artifactLocation + "/models/\(id)/artifacts"
    (createdAtMs, updatedAtMs) = (nowMs, nowMs)
  }

  /// Reads what a server has written.
  init?(_ value: JSONValue) {
    guard let info = value["info"], let id = info["model_id"]?.stringValue,
      let experiment = info["experiment_id"]?.stringValue
    else { return nil }
    self.id = id
    self.experiment = experiment
    name = info["name"]?.stringValue ?? ""
    kind = info["model_type"]?.stringValue ?? ""
    sourceRun = info["source_run_id"]?.stringValue ?? ""
    status = info["status"]?.stringValue ?? ""
    statusMessage = info["status_message"]?.stringValue ?? ""
    artifactLocation = info["artifact_uri"]?.stringValue ?? ""
    createdAtMs = info.wholeNumber("creation_timestamp_ms") ?? 0
    updatedAtMs = info.wholeNumber("last_updated_timestamp_ms") ?? 0
    tags = info.pairs("tags")
    params = value["data"]?.pairs("params") ?? [:]
    metrics = value["data"]?["metrics"]?.arrayValue ?? []
  }
}

extension JSONWriter {
  /// A logged model in MLflow's shape.
  mutating func loggedModel(_ model: LoggedModelView) {
    beginObject()
    key("info")
    beginObject()
    member("model_id", model.id)
    member("experiment_id", model.experiment)
    member("name", model.name)
    member("creation_timestamp_ms", model.createdAtMs)
    member("last_updated_timestamp_ms", model.updatedAtMs)
    member("artifact_uri", model.artifactLocation)
    member("status", model.status)
    member(ifAny: "status_message", model.statusMessage)
    member(ifAny: "model_type", model.kind)
    member(ifAny: "source_run_id", model.sourceRun)
    member("tags", pairs: model.tags)
    endObject()
    key("data")
    beginObject()
    member("params", pairs: model.params)
    member("metrics", model.metrics) { $0.value($1) }
    endObject()
    endObject()
  }
}
