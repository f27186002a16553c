import Basics
import Compute
import Experimentation
import JobProtocol
import MLflowProtocol

extension AttemptTracking {
  /// Experiments that an agent knows by name: a script that names one makes no second.
  private static let mostExperiments = 1_000

  /// What an agent is told about a run of its job, in the shapes of MLflow's answers.
  init(
    _ run: RunID, of job: Job, in ledger: Ledger, serverUrl: String, serverToken: String
  ) async throws {
    let details = try await ledger.read { db in
      try RunStore.find(run, in: db) == nil ? nil : try RunStore.details(run, in: db)
    }
    var found = try await ExperimentStore(ledger: ledger).search(
      page: SearchPage(limit: Self.mostExperiments), in: job.project
    ).experiments
    // That of the run, however old it is.
    if let home = details?.run.experiment, !found.contains(where: { $0.0.id == home }) {
      found.append(
        try await ledger.read { db in
          (try ExperimentStore.experiment(home, in: db), tags: [:])
        })
    }
    var runWriter = JSONWriter(capacity: 4_096)
    runWriter.beginObject()
    if let details {
      runWriter.key("run")
      runWriter.run(details)
    }
    runWriter.endObject()
    var writer = JSONWriter(capacity: 4_096)
    writer.beginObject()
    writer.member("experiments", found) { $0.experiment($1.0, tags: $1.tags) }
    writer.endObject()
    self.init(
      run: runWriter.bytes, experiments: writer.bytes, serverUrl: serverUrl,
      serverToken: serverToken)
  }
}
