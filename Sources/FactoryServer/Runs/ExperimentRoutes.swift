import API
import Basics
import Compute
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// Adds `/api/v1/experiments`.
  func addExperimentRoutes(_ ledger: Ledger) {
    route(
      .get, "/api/v1/experiments", permission: .read,
      .api(
        "Finds experiments.",
        query: [
          .limit(1_000), .text("filter", "As in MLflow: name LIKE 'wine%'."),
          .text("deleted", "Deleted ones where it is given."),
        ], answer: .json(ExperimentListWire.self))
    ) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      let (found, _) = try await ExperimentStore(ledger: ledger).search(
        filter: request.query("filter") ?? "", order: ["last_update_time DESC"],
        view: request.query("deleted") == nil ? .activeOnly : .deletedOnly,
        page: try SearchPage(limit: limit), in: context.project)
      return try WireResponse(
        ExperimentListWire(experiments: found.map { ExperimentWire($0.0, tags: $0.tags) }))
    }
    for (method, path, stage, words) in [
      (
        HTTPRequest.Method.delete, "/api/v1/experiments/{id}", LifecycleStage.deleted,
        "Puts an experiment with its runs into the trash."
      ),
      (.post, "/api/v1/experiments/{id}/restore", .active, "Takes it out of the trash."),
    ] {
      route(
        method, path, permission: .write, .api(words, answer: .json(ExperimentWire.self))
      ) { _, context in
        let text = try context.parameter("id")
        guard let id = ExperimentID(text) else {
          throw ExperimentationError(
            .experimentNotFound, "No Experiment with id=\(text.prefix(60)) exists")
        }
        let now = systemTimeMs()
        let (experiment, tags) = try await ledger.write { db in
          try ExperimentStore.setLifecycle(stage, of: id, nowMs: now, in: db)
          return (
            try ExperimentStore.experiment(id, in: db), try ExperimentStore.tags(of: id, in: db)
          )
        }
        return try WireResponse(ExperimentWire(experiment, tags: tags))
      }
    }
  }
}

extension ExperimentWire {
  init(_ experiment: Experiment, tags: [String: String]) {
    self.init(
      id: experiment.id.rawValue, name: experiment.name, lifecycle: experiment.lifecycle.rawValue,
      tags: tags, createdAtMs: experiment.createdAtMs, updatedAtMs: experiment.updatedAtMs)
  }
}
