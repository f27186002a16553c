import MLflowProtocol
import Basics
import Experimentation
import Foundation
import HTTPTypes

extension FactoryRoutes {
  /// `experiments/…`.
  func addMLflowExperimentRoutes(_ ledger: Ledger) {
    mlflow(.post, "experiments/create", permission: .write) { call in
      let fields = try await call.fields()
      let name = try fields.required("name")
      let location = MLflowNames.absolute(try fields.string("artifact_location") ?? "")
      let tags = try fields.pairs("tags")
      try MLflowNames.checkLocation(location)
      let now = call.nowMs
      let project = call.project
      let experiment = try await ledger.write { db in
        try ExperimentStore.create(
          named: name, artifactLocation: location.isEmpty ? nil : location, tags: tags,
          project: project, nowMs: now, in: db)
      }
      return MLflowAnswer { $0.member("experiment_id", experiment.id.rawValue) }
    }
    mlflow(.get, "experiments/get", permission: .read) { call in
      let id = try await call.fields().experiment()
      let (experiment, tags) = try await ledger.read { db in
        (try ExperimentStore.experiment(id, in: db), try ExperimentStore.tags(of: id, in: db))
      }
      return MLflowAnswer {
        $0.key("experiment")
        $0.experiment(experiment, tags: tags)
      }
    }
    mlflow(.get, "experiments/get-by-name", permission: .read) { call in
      let name = try await call.fields().required("experiment_name")
      let project = call.project
      let (experiment, tags) = try await ledger.read { db in
        let found = try ExperimentStore.experiment(named: name, project: project, in: db)
        return (found, try ExperimentStore.tags(of: found.id, in: db))
      }
      return MLflowAnswer {
        $0.key("experiment")
        $0.experiment(experiment, tags: tags)
      }
    }
    for method in [HTTPRequest.Method.post, .get] {
      mlflow(method, "experiments/search", permission: .read) { call in
        let fields = try await call.fields()
        let (found, next) = try await ExperimentStore(ledger: ledger).search(
          filter: try fields.string("filter") ?? "", order: try fields.strings("order_by"),
          view: try fields.view("view_type"), page: try fields.page(default: 1_000, atMost: 50_000),
          in: call.project)
        return MLflowAnswer { writer in
          writer.member("experiments", found) { $0.experiment($1.0, tags: $1.tags) }
          writer.member(ifAny: "next_page_token", next)
        }
      }
    }
    addMLflowExperimentChanges(ledger)
    addMLflowDatasetSearch(ledger)
  }

  /// `experiments/search-datasets`: what the runs of experiments read.
  private func addMLflowDatasetSearch(_ ledger: Ledger) {
    let answer: @Sendable (MLflowCall) async throws -> MLflowAnswer = { call in
      let fields = try await call.fields()
      let texts = try fields.strings("experiment_ids")
      guard !texts.isEmpty else {
        throw MLflowFailure(
          .invalidParameterValue,
          "SearchDatasets request must specify at least one experiment_id.")
      }
      guard texts.count <= 20 else {
        throw MLflowFailure(
          .invalidParameterValue,
          "SearchDatasets request cannot specify more than 20 experiment_ids. "
            + "Received \(texts.count) experiment_ids.")
      }
      let experiments = try fields.experiments()
      let found = try await ledger.read { db in
        try RunStore.inputSummaries(in: experiments, limit: 1_000, in: db)
      }
      return MLflowAnswer { writer in
        writer.member("dataset_summaries", found) { writer, summary in
          writer.beginObject()
          writer.member("experiment_id", summary.experiment.rawValue)
          writer.member("name", summary.name)
          writer.member("digest", summary.digest)
          writer.member(ifAny: "context", summary.context)
          writer.endObject()
        }
      }
    }
    mlflow(.post, "experiments/search-datasets", permission: .read, handler: answer)
    // The protocol's own definition of the path lacks a slash.
    for prefix in ["/api", "/ajax-api"] {
      route(.post, "\(prefix)/2.0mlflow/experiments/search-datasets", permission: .read, .mlflow) {
        try await answer(MLflowCall(request: $0, context: $1))
      }
    }
  }

  private func addMLflowExperimentChanges(_ ledger: Ledger) {
    mlflow(.post, "experiments/update", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.experiment()
      let name = try fields.required("new_name")
      let now = call.nowMs
      try await ledger.write { try ExperimentStore.rename(id, to: name, nowMs: now, in: $0) }
      return MLflowAnswer.done
    }
    for (verb, stage) in [("delete", LifecycleStage.deleted), ("restore", .active)] {
      mlflow(.post, "experiments/\(verb)", permission: .write) { call in
        let id = try await call.fields().experiment()
        let now = call.nowMs
        try await ledger.write {
          try ExperimentStore.setLifecycle(stage, of: id, nowMs: now, in: $0)
        }
        return MLflowAnswer.done
      }
    }
    mlflow(.post, "experiments/set-experiment-tag", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.experiment()
      let key = try fields.required("key")
      let value = try fields.string("value") ?? ""
      let now = call.nowMs
      try await ledger.write {
        try ExperimentStore.setTag(key, value, of: id, nowMs: now, in: $0)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "experiments/delete-experiment-tag", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.experiment()
      let key = try fields.required("key")
      try await ledger.write { try ExperimentStore.deleteTag(key, of: id, in: $0) }
      return MLflowAnswer.done
    }
  }
}

extension JSONWriter {
  /// An experiment in MLflow's shape.
  mutating func experiment(_ experiment: Experiment, tags: [String: String]) {
    beginObject()
    member("experiment_id", experiment.id.rawValue)
    member("name", experiment.name)
    member("artifact_location", experiment.artifactLocation)
    member("lifecycle_stage", experiment.lifecycle.rawValue)
    member("last_update_time", experiment.updatedAtMs)
    member("creation_time", experiment.createdAtMs)
    member("tags", pairs: tags)
    endObject()
  }
}

/// MLflow's rules for names that have no counterpart in the factory.
enum MLflowNames {
  /// A path that leads on from a folder leads on from where the server runs, as on MLflow's.
  static func absolute(_ location: String) -> String {
    guard let first = location.first, first != "/", !location.contains(":") else { return location }
    return FileManager.default.currentDirectoryPath + "/" + location
  }

  /// Refuses what is no address to keep artifacts at.
  static func checkLocation(_ location: String) throws {
    guard location.unicodeScalars.count <= 2_048 else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid artifact path length. The length of the artifact path cannot be greater than "
          + "2048 characters.")
    }
    guard !location.contains("?"), !location.contains("#"), !location.contains("..") else {
      throw MLflowFailure(
        .invalidParameterValue,
        "'artifact_location' URL can't include fragments or params. It can't leave its folder.")
    }
  }
}
