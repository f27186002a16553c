import JSONCoding
import MLflowProtocol

/// What an agent knows of experiments, runs and models: what it was told at the start, and what its
/// job has written since.
struct TrackingView: Sendable {
  var experiments: [String: ExperimentView] = [:]
  var runs: [String: RunView] = [:]
  var models: [String: LoggedModelView] = [:]
  var registry = RegistryView()
  /// Runs that this job has made, oldest first.
  var ownRuns: [String] = []

  /// Starts with what the server has said.
  init(run: [UInt8], experiments: [UInt8]) {
    let list = try? JSONValue(parsing: experiments, acceptsPythonNumbers: true)
    for value in list?["experiments"]?.arrayValue ?? [] {
      guard let experiment = ExperimentView(value) else { continue }
      self.experiments[experiment.id] = experiment
    }
    let answer = try? JSONValue(parsing: run, acceptsPythonNumbers: true)
    if let value = answer?["run"], let run = RunView(value) {
      runs[run.id] = run
      ownRuns = [run.id]
    }
  }

  /// The run of that identifier.
  func run(_ id: String) throws -> RunView {
    guard let run = runs[id] else {
      throw ServerNeeded(what: "run \(id), which this job has not made,", missing: .run(id))
    }
    return run
  }

  /// The run of that identifier, which this job may change.
  func ownRun(_ id: String) throws -> RunView {
    let run = try run(id)
    guard run.isOwn else { throw Self.denied("run \(id)") }
    return run
  }

  static func denied(_ what: String) -> MLflowFailure {
    MLflowFailure(
      .permissionDenied,
      "This job may not change \(what): it may read everything, and change what it has made "
        + "itself.")
  }

  /// The same, where it is not in the trash.
  func activeRun(_ id: String) throws -> RunView {
    let run = try ownRun(id)
    guard run.lifecycle == "active" else {
      throw MLflowFailure(
        .invalidParameterValue,
        "The run \(id) must be in the 'active' state. Current state is deleted.")
    }
    return run
  }

  /// The experiment of that identifier.
  func experiment(_ id: String) throws -> ExperimentView {
    guard let experiment = experiments[id] else {
      throw ServerNeeded(
        what: "experiment \(id), which this job has not made,", missing: .experiment(id))
    }
    return experiment
  }
}

/// Something that only the server knows.
struct ServerNeeded: Error {
  /// What the server can be asked for, so that the call can be tried once more.
  enum Missing: Sendable { case run(String), experiment(String), model(String) }

  /// The subject of the sentence.
  var what: String
  var missing: Missing?
  /// The answer where the server cannot be asked, if there is one.
  var otherwise: MLflowFailure?

  var message: String {
    what
      + " is known to the factory's server alone, which cannot be asked from where this job runs "
      + "at the moment. What the job logs is kept, and reaches the server later."
  }
}

/// An experiment as an agent knows it.
struct ExperimentView: Sendable {
  var id: String
  var name: String
  var artifactLocation: String
  var lifecycle = "active"
  var createdAtMs: Int64
  var updatedAtMs: Int64
  var tags: [String: String] = [:]

  init(id: String, name: String, artifactLocation: String, nowMs: Int64) {
    self.id = id
    self.name = name
    self.artifactLocation = artifactLocation
    (createdAtMs, updatedAtMs) = (nowMs, nowMs)
  }

  /// Reads what a server has written.
  init?(_ value: JSONValue) {
    guard let id = value["experiment_id"]?.stringValue, let name = value["name"]?.stringValue
    else { return nil }
    self.init(
      id: id, name: name, artifactLocation: value["artifact_location"]?.stringValue ?? "",
      nowMs: value.wholeNumber("creation_time") ?? 0)
    lifecycle = value["lifecycle_stage"]?.stringValue ?? "active"
    updatedAtMs = value.wholeNumber("last_update_time") ?? createdAtMs
    tags = value.pairs("tags")
  }
}

extension JSONValue {
  /// A member that is a whole number; nil where it is none.
  func wholeNumber(_ key: String) -> Int64? {
    self[key]?.numberValue.flatMap { Int64(exactly: $0) }
  }

  /// A member that is an array of `{"key": …, "value": …}`.
  func pairs(_ key: String) -> [String: String] {
    var pairs: [String: String] = [:]
    for pair in self[key]?.arrayValue ?? [] {
      if let key = pair["key"]?.stringValue { pairs[key] = pair["value"]?.stringValue ?? "" }
    }
    return pairs
  }
}

extension JSONWriter {
  /// An experiment in MLflow's shape.
  mutating func experiment(_ experiment: ExperimentView) {
    beginObject()
    member("experiment_id", experiment.id)
    member("name", experiment.name)
    member("artifact_location", experiment.artifactLocation)
    member("lifecycle_stage", experiment.lifecycle)
    member("last_update_time", experiment.updatedAtMs)
    member("creation_time", experiment.createdAtMs)
    member("tags", pairs: experiment.tags)
    endObject()
  }
}
