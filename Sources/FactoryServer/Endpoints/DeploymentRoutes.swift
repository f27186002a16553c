import API
import Basics
import Compute
import Experimentation
import HTTPTypes
import JobProtocol
import Serving

extension FactoryRoutes {
  /// Deploying: `POST /api/v1/endpoints/{name}/deployments` and what prepares it.
  func addDeploymentRoutes(
    _ endpoints: Endpoints, files: ModelFiles, environments: PythonEnvironments,
    gatewayUrl: @escaping @Sendable () -> String
  ) {
    // Answers at once, so that a caller can watch the job that installs packages.
    route(
      .post, "/api/v1/environments", permission: .write,
      .api(
        "Makes the Python environment that a model version of MLflow's needs.",
        body: DeployRequestWire.self, answer: .json(EnvironmentWire.self),
        refusals: [.notFound, .unprocessableContent])
    ) { request, context in
      let wish = try await request.wire(DeployRequestWire.self)
      let version = try await files.version(
        wish.version, alias: wish.alias, of: wish.model, in: context.project)
      let folder = try await files.folder(of: version, in: context.project)
      guard let environment = try files.environment(of: folder) else {
        return try WireResponse(EnvironmentWire(status: "none", hash: nil, job: nil))
      }
      let job = try await environments.begin(environment, in: context.project)
      return try WireResponse(
        EnvironmentWire(
          status: job == nil ? "ready" : "building", hash: environment.hash, job: job?.rawValue))
    }
    route(
      .post, "/api/v1/endpoints/{name}/deployments", permission: .write,
      .api(
        "Puts a model version behind an endpoint.", body: DeployRequestWire.self,
        answer: .json(EndpointWire.self, .created), refusals: [.unprocessableContent])
    ) { request, context in
      let wish = try await request.wire(DeployRequestWire.self)
      let name = try SafeName(try context.parameter("name"), of: "endpoint").rawValue
      let version = try await files.version(
        wish.version, alias: wish.alias, of: wish.model, in: context.project)
      let folder = try await files.folder(of: version, in: context.project)
      var subject = DeploymentSubject(
        model: version.name, version: version.version, package: folder.digest.hex,
        place: DeploymentPlace(wish))
      if let environment = try files.environment(of: folder) {
        if let python = wish.python {
          subject.python = try Self.interpreter(python)
        } else {
          subject.python = try await environments.interpreter(of: environment, in: context.project)
        }
      }
      try await endpoints.deploy(subject, to: name, in: context.project)
      let status = try await endpoints.store.endpoint(name, in: context.project)
      return try WireResponse(
        await endpoints.wire(status, gateway: gatewayUrl()), status: .created)
    }
  }

  private static func interpreter(_ path: String) throws -> String {
    guard path.hasPrefix("/"), FileTree.exists(path), !FileTree.isFolder(path) else {
      throw ServerError(
        .badRequest, "'python' is \(visible(path)); expected the path of an interpreter.",
        hint: "Write an absolute path, such as that of a virtual environment's bin/python.")
    }
    return path
  }
}

extension DeploymentPlace {
  /// Where a request wants the replicas.
  fileprivate init(_ wish: DeployRequestWire) {
    let usual = JobResources()
    self.init(
      site: wish.site == Site.localName ? nil : wish.site,
      resources: JobResources(
        cpus: wish.cpus ?? usual.cpus, memoryBytes: wish.memoryBytes,
        gpus: wish.gpus ?? usual.gpus, timeLimitMs: wish.timeLimitMs))
  }
}
