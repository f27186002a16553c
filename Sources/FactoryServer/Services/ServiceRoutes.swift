import API
import Basics
import Compute
import DataPipelines
import HTTPTypes
import Hummingbird
import JobProtocol

extension FactoryRoutes {
  /// Adds `/api/v1/services` and what is below it.
  ///
  /// - Parameter serverUrl: where this server answers by now.
  func addServiceRoutes(
    _ services: Services, jobs: Jobs, datasets: DatasetStore?,
    serverUrl: @escaping @Sendable () -> String
  ) {
    let path = "/api/v1/services"
    route(
      .post, path, permission: .write,
      .api(
        "Starts a service: a command with an address that stays the same across time limits.",
        body: ServiceSubmissionWire.self, answer: .json(ServiceWire.self, .created),
        refusals: [.notFound, .conflict])
    ) { request, context in
      let submission = try await request.wire(ServiceSubmissionWire.self)
      guard submission.job.experiment == nil else {
        throw ServerError(.badRequest, "A service has no run: leave out 'experiment'.")
      }
      let lease = ObjectLeases.ofThisProcess.begin(nowMs: systemTimeMs())
      defer { withExtendedLifetime(lease) {} }
      var spec = try await jobs.spec(
        of: submission.job, datasets: datasets, in: context.project)
      spec.service = JobService(submission, restart: spec.restart)
      spec.restart = nil
      let status = try await services.submit(
        spec, id: try submission.identifier, in: context.project)
      return try WireResponse(
        await services.wire(of: status, serverUrl: serverUrl()), status: .created)
    }
    route(
      .get, path, permission: .read,
      .api(
        "Lists services, newest first.", query: [.limit(1_000)],
        answer: .json(ServiceListWire.self))
    ) { request, _ in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      var wires: [ServiceWire] = []
      for status in try await services.list(limit: limit) {
        wires.append(await services.wire(of: status, serverUrl: serverUrl()))
      }
      return try WireResponse(ServiceListWire(services: wires))
    }
    route(
      .get, path + "/{service}", permission: .read,
      .api("Tells of a service, by its identifier or name.", answer: .json(ServiceWire.self))
    ) { _, context in
      let status = try await services.status(
        try context.parameter("service"), in: context.project)
      return try WireResponse(await services.wire(of: status, serverUrl: serverUrl()))
    }
    route(
      .post, path + "/{service}/cancel", permission: .write,
      .api("Ends a service with all of its jobs.", answer: .json(ServiceWire.self))
    ) { _, context in
      let status = try await services.end(try context.parameter("service"), in: context.project)
      return try WireResponse(await services.wire(of: status, serverUrl: serverUrl()))
    }
  }
}

extension JobService {
  /// What a request says about the service itself.
  fileprivate init(_ wire: ServiceSubmissionWire, restart: JobRestart?) {
    self.init(
      name: wire.name, readyPath: wire.readyPath, renewBeforeMs: wire.renewBeforeMs,
      drainMs: wire.drainMs ?? Self.usualDrainMs)
    if let variable = wire.portVariable { portVariable = variable }
    if let restart { self.restart = restart }
  }
}

extension ServiceSubmissionWire {
  /// The identifier that the caller drew.
  fileprivate var identifier: Identifier<NamedService>? {
    get throws {
      guard let id else { return nil }
      guard let identifier = Identifier<NamedService>(id) else {
        throw ServerError(
          .badRequest,
          "'id' is '\(id)'; expected '\(NamedService.identifierPrefix)' and 26 base-32 characters.")
      }
      return identifier
    }
  }
}

extension Services {
  /// The wire form of a service, with why it stands where it does.
  fileprivate func wire(of status: ServiceStatus, serverUrl: String) async -> ServiceWire {
    let service = status.service
    return ServiceWire(
      id: service.id.rawValue, project: service.project, name: service.name,
      state: status.state.rawValue, url: serverUrl + service.path + "/",
      site: status.instances.last?.job.site ?? Site.localName,
      sentences: await explain(status), renewsAtMs: status.renewsAtMs,
      createdAtMs: service.createdAtMs, endedAtMs: service.endedAtMs,
      instances: status.instances.map { ServiceWire.Instance($0) })
  }
}

extension ServiceWire.Instance {
  fileprivate init(_ instance: ServiceInstance) {
    self.init(
      job: instance.job.id.rawValue, number: instance.number, role: instance.role.rawValue,
      state: instance.job.state.rawValue, reason: instance.job.reason?.rawValue,
      host: instance.host, port: instance.port, listeningSinceMs: instance.listeningSinceMs,
      endsAtMs: instance.endsAtMs)
  }
}
