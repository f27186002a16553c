import JSONCoding
import MLflowProtocol

/// A run as an agent knows it.
struct RunView: Sendable {
  /// The last point of a metric.
  struct Point: Sendable {
    var value: Double
    var step: Int64
    var timestampMs: Int64

    /// MLflow's order of a metric's values: step, then time, then value, where NaN counts as 0.
    func isLater(than other: Point) -> Bool {
      if step != other.step { return step > other.step }
      if timestampMs != other.timestampMs { return timestampMs > other.timestampMs }
      return (value.isNaN ? 0 : value) > (other.value.isNaN ? 0 : other.value)
    }
  }

  var id: String
  var experiment: String
  var name: String
  var user: String
  var status = "RUNNING"
  var startedAtMs: Int64
  var endedAtMs: Int64?
  var artifactLocation: String
  var lifecycle = "active"
  /// Whether the server lets this job change it.
  var isOwn = true
  var params: [String: String] = [:]
  var tags: [String: String] = [:]
  var metrics: [String: Point] = [:]
  /// Datasets that it read, as clients write them.
  var inputs: [JSONValue] = []
  var modelInputs: [JSONValue] = []
  var modelOutputs: [JSONValue] = []

  init(
    id: String, experiment: ExperimentView, name: String, user: String, startedAtMs: Int64,
    tags: [String: String]
  ) {
    self.id = id
    self.experiment = experiment.id
    self.name = name
    self.user = user
    self.startedAtMs = startedAtMs
    artifactLocation = experiment.artifactLocation + "/\(id)/artifacts"
    self.tags = tags
  }

  /// Reads what a server has written.
  init?(_ value: JSONValue) {
    guard let info = value["info"], let id = info["run_id"]?.stringValue,
      let experiment = info["experiment_id"]?.stringValue
    else { return nil }
    self.id = id
    self.experiment = experiment
    name = info["run_name"]?.stringValue ?? ""
    user = info["user_id"]?.stringValue ?? ""
    status = info["status"]?.stringValue ?? "RUNNING"
    startedAtMs = info.wholeNumber("start_time") ?? 0
    endedAtMs = info.wholeNumber("end_time")
    artifactLocation = info["artifact_uri"]?.stringValue ?? ""
    lifecycle = info["lifecycle_stage"]?.stringValue ?? "active"
    params = value["data"]?.pairs("params") ?? [:]
    tags = value["data"]?.pairs("tags") ?? [:]
    for metric in value["data"]?["metrics"]?.arrayValue ?? [] {
      guard let key = metric["key"]?.stringValue,
        // A text stands for what is not finite.
        let number = metric["value"]?.numberValue
          ?? metric["value"]?.stringValue.flatMap(Double.init)
      else { continue }
      metrics[key] = Point(
        value: number, step: metric.wholeNumber("step") ?? 0,
        timestampMs: metric.wholeNumber("timestamp") ?? 0)
    }
    inputs = value["inputs"]?["dataset_inputs"]?.arrayValue ?? []
    modelInputs = value["inputs"]?["model_inputs"]?.arrayValue ?? []
    modelOutputs = value["outputs"]?["model_outputs"]?.arrayValue ?? []
  }

  /// Takes a point in where it is the last one of its metric.
  mutating func log(_ key: String, _ point: Point) {
    if let known = metrics[key], !point.isLater(than: known) { return }
    metrics[key] = point
  }
}

extension JSONWriter {
  /// A run in MLflow's shape.
  mutating func run(_ run: RunView) {
    beginObject()
    key("info")
    runInfo(run)
    key("data")
    beginObject()
    member("metrics", run.metrics.sorted { $0.key < $1.key }) { $0.metric($1.key, $1.value) }
    member("params", pairs: run.params)
    member("tags", pairs: run.tags)
    endObject()
    key("inputs")
    beginObject()
    member("dataset_inputs", run.inputs) { $0.value($1) }
    member("model_inputs", run.modelInputs) { $0.value($1) }
    endObject()
    key("outputs")
    beginObject()
    member("model_outputs", run.modelOutputs) { $0.value($1) }
    endObject()
    endObject()
  }

  /// What is known of a run beside what it logged.
  mutating func runInfo(_ run: RunView) {
    beginObject()
    member("run_uuid", run.id)
    member("experiment_id", run.experiment)
    member("run_name", run.name)
    member("user_id", run.user)
    member("status", run.status)
    member("start_time", run.startedAtMs)
    if let end = run.endedAtMs { member("end_time", end) }
    member("artifact_uri", run.artifactLocation)
    member("lifecycle_stage", run.lifecycle)
    member("run_id", run.id)
    endObject()
  }

  /// One point of a metric.
  mutating func metric(_ key: String, _ point: RunView.Point) {
    beginObject()
    member("key", key)
    member("value", point.value)
    member("timestamp", point.timestampMs)
    member("step", point.step)
    endObject()
  }
}
