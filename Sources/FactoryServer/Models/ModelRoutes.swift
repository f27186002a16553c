import API
import Basics
import Experimentation
import HTTPTypes

/// The routes of the model registry.
extension FactoryRoutes {
  /// Adds `/api/v1/models` and what is below it.
  func addModelRoutes(_ ledger: Ledger) {
    let models = ModelStore(ledger: ledger)
    route(
      .post, "/api/v1/models/{name}/aliases", permission: .write,
      .api(
        "Points an alias of a model to a version.", body: AliasWire.self,
        answer: .json(ModelVersionWire.self))
    ) { request, context in
      let name = try context.parameter("name")
      let wish = try await request.wire(AliasWire.self)
      let project = context.project
      let version = try await ledger.write { db in
        try ModelStore.setAlias(wish.alias, of: name, to: wish.version, project: project, in: db)
        return try ModelStore.version(wish.version, of: name, project: project, in: db)
      }
      return try WireResponse(ModelVersionWire(version))
    }
    route(
      .get, "/api/v1/models", permission: .read,
      .api("Lists registered models.", answer: .json(ModelListWire.self))
    ) { _, context in
      let list = try await models.list(in: context.project)
      return try WireResponse(ModelListWire(models: list.map { ModelWire($0, versions: nil) }))
    }
    route(
      .get, "/api/v1/models/{name}", permission: .read,
      .api("Tells of a model with its versions.", answer: .json(ModelWire.self))
    ) { _, context in
      let (model, versions) = try await models.model(
        try context.parameter("name"), in: context.project)
      return try WireResponse(
        ModelWire(model, versions: versions.map { ModelVersionWire($0) }))
    }
    route(
      .get, "/api/v1/models/{name}/versions/{version}", permission: .read,
      .api("Tells of a version: a number, or latest.", answer: .json(ModelVersionWire.self))
    ) { _, context in
      try WireResponse(ModelVersionWire(try await context.modelVersion(of: ledger)))
    }
  }
}

extension FactoryContext {
  /// The model version in the path: a number, `latest`, or `@` and an alias.
  func modelVersion(of ledger: Ledger) async throws -> ModelVersion {
    let (name, text) = (try parameter("name"), try parameter("version"))
    let project = project
    if text.hasPrefix("@") {
      return try await ledger.read { db in
        try ModelStore.version(
          alias: String(text.dropFirst()), of: name, project: project, in: db)
      }
    }
    guard let number = text == "latest" ? .some(nil) : Int(text).map(Optional.some) else {
      throw ServerError(
        .badRequest, "'\(text)' is no version.", hint: "Write a number, latest, or @ and an alias.")
    }
    return try await ModelStore(ledger: ledger).version(number, of: name, in: project)
  }
}

extension ModelWire {
  init(_ model: RegisteredModel, versions: [ModelVersionWire]?) {
    self.init(
      name: model.name, description: model.description, lastVersion: model.lastVersion,
      aliases: model.aliases, createdAtMs: model.createdAtMs, updatedAtMs: model.updatedAtMs,
      versions: versions)
  }
}

extension ModelVersionWire {
  init(_ version: ModelVersion) {
    let draft = version.draft
    self.init(
      name: version.name, version: version.version, status: version.status.rawValue,
      aliases: version.aliases, run: draft.run?.rawValue, job: draft.job,
      datasetVersion: draft.datasetVersion, package: draft.package, signature: draft.signature,
      provenance: draft.provenance, description: draft.description,
      createdAtMs: version.createdAtMs)
  }
}
