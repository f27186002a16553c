import Basics
import Experimentation
import MLflowProtocol

/// Changes of runs, read from a request and still to be written.
enum MLflowRuns {
  /// - Parameter id: of the run to be.
  static func creation(
    _ fields: MLflowFields, id: RunID, nowMs: Int64, job: String? = nil
  ) throws -> @Sendable (LedgerTransaction) throws -> RunDetails {
    let text = try fields.string("experiment_id") ?? ""
    let experiment = text.isEmpty ? ExperimentID.standard : try MLflowFields.experiment(text)
    var tags = MLflowLimits.tags(try fields.pairs("tags").map { ($0.key, $0.value) })
    let given = try fields.string("run_name") ?? ""
    if !given.isEmpty, let tag = tags[RunTagKey.name], tag != given {
      throw MLflowFailure(
        .invalidParameterValue,
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different "
          + "values (run_name='\(given)', mlflow.runName='\(tag)').")
    }
    let name = given.isEmpty ? tags[RunTagKey.name] ?? RunNames.random() : given
    tags[RunTagKey.name] = name
    let user = try fields.string("user_id") ?? ""
    let start = try fields.integer("start_time") ?? nowMs
    let allTags = tags
    return { db in
      let home = try ExperimentStore.experiment(experiment, in: db)
      guard home.lifecycle == .active else {
        throw ExperimentationError(
          .invalidValue,
          "The experiment \(experiment) must be in the 'active' state. "
            + "Current state is deleted.")
      }
      let run = try RunStore.create(
        id, in: home, name: name, job: job, user: user, startedAtMs: start, tags: allTags, db)
      // Read back, it would be the same, at the cost of five queries before everybody's commit.
      return RunDetails(starting: run, tags: allTags)
    }
  }

  static func update(
    _ fields: MLflowFields
  ) throws -> @Sendable (LedgerTransaction) throws -> Run {
    let id = try fields.run()
    let status = try fields.status("status")
    let end = try fields.integer("end_time")
    let name = try fields.string("run_name")
    return { db in
      try RunStore.update(id, status: status, endedAtMs: end, name: name, in: db)
    }
  }

  static func lifecycle(
    _ stage: LifecycleStage, _ fields: MLflowFields, nowMs: Int64
  ) throws -> MLflowLogging.Write {
    let id = try fields.run()
    return { try RunStore.setLifecycle(stage, of: id, nowMs: nowMs, in: $0) }
  }
}
