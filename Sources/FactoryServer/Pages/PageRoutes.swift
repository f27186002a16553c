import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird
import Serving

extension FactoryRoutes {
  /// The web pages.
  func addPageRoutes(_ services: FactoryServices, gatewayUrl: String) {
    route(.get, "/", permission: .read) { _, context in
      try await services.homePage(of: context.project, gatewayUrl: gatewayUrl).response
    }
    route(.get, "/style.css", permission: .open) { _, _ in
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
    return page
  }
}
