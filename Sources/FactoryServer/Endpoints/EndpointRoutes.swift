import API
import Basics
import HTTPTypes
import Hummingbird
import Serving

extension FactoryRoutes {
  /// Endpoints: what is deployed, and deploying.
  func addEndpointRoutes(
    _ endpoints: Endpoints, predictions: SegmentReader, gatewayUrl: @escaping @Sendable () -> String
  ) {
    let path = "/api/v1/endpoints"
    route(
      .get, path, permission: .read,
      .api("Lists endpoints.", answer: .json(EndpointListWire.self))
    ) { _, context in
      let url = gatewayUrl()
      let statuses = try await endpoints.store.list(in: context.project)
      var wires: [EndpointWire] = []
      for status in statuses { wires.append(await endpoints.wire(status, gateway: url)) }
      return try WireResponse(EndpointListWire(endpoints: wires))
    }
    route(
      .get, path + "/{name}", permission: .read,
      .api("Tells of an endpoint.", answer: .json(EndpointWire.self))
    ) { _, context in
      let status = try await endpoints.store.endpoint(
        try context.parameter("name"), in: context.project)
      return try WireResponse(await endpoints.wire(status, gateway: gatewayUrl()))
    }
    route(
      .delete, path + "/{name}", permission: .write,
      .api("Ends an endpoint.", answer: .json(Nothing.self))
    ) { _, context in
      try await endpoints.delete(try context.parameter("name"), in: context.project)
      return try WireResponse(Nothing())
    }
    route(
      .get, "/api/v1/predictions/{id}", permission: .read,
      .api("Tells which model version predicted.", answer: .json(PredictionWire.self))
    ) { _, context in
      let id = try context.identifier("id", of: PredictionEntity.self)
      guard let record = try predictions.find(id) else {
        throw ServingError(
          .predictionNotFound, "No segment of this home holds the prediction \(id).")
      }
      return try WireResponse(PredictionWire(record))
    }
  }
}

extension EndpointStatus {
  /// `ready`, `starting` or `failed`.
  var word: String {
    let isReady = replicas.contains { $0.state == .healthy && $0.deployment == live?.id }
    let isStarting = live != nil || deployments.contains { $0.state == .starting }
    return isReady ? "ready" : isStarting ? "starting" : "failed"
  }
}

extension Endpoints {
  /// The wire form of an endpoint whose gateway is at `gateway`.
  func wire(_ status: EndpointStatus, gateway: String) -> EndpointWire {
    EndpointWire(status, explanation: explanation(of: status), gateway: gateway)
  }
}

extension EndpointWire {
  fileprivate init(_ status: EndpointStatus, explanation: String?, gateway: String) {
    self.init(
      name: status.endpoint.name, url: "\(gateway)/endpoints/\(status.endpoint.name)",
      status: status.word, explanation: explanation,
      modelVersion: status.live.map { ModelReferenceWire(name: $0.model, version: $0.version) },
      deployments: status.deployments.map { deployment in
        Deployment(
          id: deployment.id.rawValue,
          modelVersion: ModelReferenceWire(name: deployment.model, version: deployment.version),
          site: deployment.place.site, state: deployment.state.rawValue,
          reason: deployment.reason?.rawValue,
          message: deployment.message, createdAtMs: deployment.createdAtMs,
          endedAtMs: deployment.endedAtMs)
      },
      replicas: status.replicas.map { replica in
        Replica(
          id: replica.id.rawValue, deployment: replica.deployment.rawValue,
          job: replica.job.rawValue, state: replica.state.rawValue, reason: replica.reason,
          createdAtMs: replica.createdAtMs)
      },
      createdAtMs: status.endpoint.createdAtMs)
  }
}

extension PredictionWire {
  /// The wire form of a record.
  init(_ record: PredictionRecord) {
    self.init(
      id: record.id.rawValue, timeMs: record.timeMs, endpoint: record.source.endpoint,
      modelVersion: ModelReferenceWire(name: record.source.model, version: record.source.version),
      deployment: record.source.deployment, replica: record.source.replica,
      inputDigest: record.inputDigest, row: record.row)
  }
}
