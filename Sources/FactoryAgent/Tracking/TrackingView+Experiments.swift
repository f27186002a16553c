import JSONCoding
import MLflowProtocol

/// `experiments/…`.
extension TrackingView {
  mutating func createExperiment(_ call: TrackedCall) throws -> HTTPAnswer {
    let name = try call.fields.required("name")
    guard name.unicodeScalars.count <= 500 else {
      throw MLflowFailure(
        .invalidParameterValue, "'name' exceeds the maximum length of 500 characters")
    }
    guard !experiments.values.contains(where: { $0.name == name }) else {
      throw MLflowFailure(.alreadyExists, "Experiment(name=\(name)) already exists.")
    }
    let location = try call.fields.string("artifact_location") ?? ""
    let id = RandomID.experiment()
    var experiment = ExperimentView(
      id: id, name: name,
      artifactLocation: location.isEmpty ? "mlflow-artifacts:/\(id)" : location,
      nowMs: call.nowMs)
    experiment.tags = try Self.checked(tags: call.fields.pairs("tags"))
    try call.write(made: id)
    experiments[id] = experiment
    return HTTPAnswer.object { $0.member("experiment_id", id) }
  }

  func getExperiment(_ call: TrackedCall) throws -> HTTPAnswer {
    Self.answer(try experiment(try call.fields.required("experiment_id")))
  }

  func getExperimentByName(_ call: TrackedCall) throws -> HTTPAnswer {
    let name = try call.fields.required("experiment_name")
    guard let found = experiments.values.first(where: { $0.name == name }) else {
      throw ServerNeeded(
        what: "the experiment '\(name)'",
        otherwise: MLflowFailure(
          .doesNotExist, "Could not find experiment with name '\(name)'"))
    }
    return Self.answer(found)
  }

  mutating func setExperimentTag(_ call: TrackedCall) throws -> HTTPAnswer {
    let experiment = try experiment(try call.fields.required("experiment_id"))
    let key = try call.fields.required("key")
    let value = try call.fields.string("value") ?? ""
    _ = try Self.checked(tags: [key: ""])
    try call.write()
    experiments[experiment.id]?.tags[key] = value
    experiments[experiment.id]?.updatedAtMs = call.nowMs
    return .done
  }

  /// Experiments without filter, the newest first.
  func searchExperiments(_ call: TrackedCall) throws -> HTTPAnswer {
    guard try (call.fields.string("filter") ?? "").isEmpty else {
      throw ServerNeeded(what: "what a filter finds among all experiments")
    }
    let limit = try call.fields.integer("max_results", default: 1_000, in: 1...50_000)
    let found = experiments.values.filter { $0.lifecycle == "active" }
      .sorted { ($0.updatedAtMs, $0.id) > ($1.updatedAtMs, $1.id) }.prefix(limit)
    return HTTPAnswer.object { $0.member("experiments", found) { $0.experiment($1) } }
  }

  private static func answer(_ experiment: ExperimentView) -> HTTPAnswer {
    HTTPAnswer.object {
      $0.key("experiment")
      $0.experiment(experiment)
    }
  }
}
