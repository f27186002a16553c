import Basics
import Compute
import DataPipelines
import Experimentation
import HTTPTypes
import Hummingbird
import Serving
import Workflows

extension FactoryRoutes {
  /// The web pages.
  func addPageRoutes(
    _ services: FactoryServices, gatewayUrl: @escaping @Sendable () -> String
  ) {
    route(.get, "/", permission: .read, .page) { _, context in
      try await services.homePage(of: context.project, gatewayUrl: gatewayUrl()).response
    }
    route(.get, "/style.css", permission: .open, .page) { _, _ in
      Response(
        status: .ok,
        headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "max-age=300"],
        body: .init(byteBuffer: ByteBuffer(string: PageFrame.style)))
    }
  }
}

extension FactoryServices {
  /// What the first page shows now.
  func homePage(of project: String, gatewayUrl: String) async throws -> HomePage {
    let now = systemTimeMs()
    var page = HomePage()
    page.endpoints = try await endpoints.store.list(in: project).map { status in
      HomePage.Endpoint(
        name: status.endpoint.name, status: status.word,
        modelVersion: status.live.map { "\($0.model) \($0.version)" } ?? "–",
        url: "\(gatewayUrl)/endpoints/\(status.endpoint.name)")
    }
    page.models = try await models.list(in: project).prefix(50).map { model in
      HomePage.Model(
        name: model.name, version: model.lastVersion,
        changed: RelativeTime.words(ofMs: model.updatedAtMs, nowMs: now))
    }
    page.runs = try await WorkflowRunStore(ledger: ledger).list(limit: 50).map { run in
      HomePage.WorkflowRun(
        id: run.id.rawValue, name: run.name, status: run.status.rawValue,
        started: RelativeTime.words(ofMs: run.createdAtMs, nowMs: now),
        hasReport: run.evaluation?.files != nil, trackingRun: run.trackingRun)
    }
    page.experiments = try await ExperimentStore(ledger: ledger).search(
      order: ["last_update_time DESC"], page: try SearchPage(limit: 50), in: project
    ).experiments.map { experiment, _ in
      HomePage.Experiment(
        id: experiment.id.rawValue, name: experiment.name,
        changed: RelativeTime.words(ofMs: experiment.updatedAtMs, nowMs: now))
    }
    page.datasets = try await DatasetStore(ledger: ledger).datasets(in: project).prefix(50).map {
      HomePage.Dataset(
        name: $0.name, rows: $0.latest.manifest.rowCount,
        columns: $0.latest.manifest.columns.count, versions: $0.versionCount,
        used: RelativeTime.words(ofMs: $0.updatedAtMs, nowMs: now))
    }
    return page
  }
}
