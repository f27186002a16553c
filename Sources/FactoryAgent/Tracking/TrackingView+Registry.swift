import JSONCoding
import MLflowProtocol

/// The registry, where it cannot be asked: what a job wants of it is journaled, and done later.
extension TrackingView {
  mutating func createRegisteredModel(_ call: TrackedCall) throws -> HTTPAnswer {
    let name = try call.fields.required("name")
    guard registry.models[name] == nil else {
      throw MLflowFailure(.alreadyExists, "Registered Model (name=\(name)) already exists.")
    }
    let model = RegistryView.Model(
      name: name, description: try call.fields.string("description") ?? "",
      tags: try call.fields.pairs("tags"), createdAtMs: call.nowMs)
    try call.write()
    registry.models[name] = model
    return Self.answer(model)
  }

  func getRegisteredModel(_ call: TrackedCall) throws -> HTTPAnswer {
    let name = try call.fields.required("name")
    guard let model = registry.models[name] else {
      throw ServerNeeded(what: "the registered model '\(name)'")
    }
    return Self.answer(model)
  }

  mutating func createVersion(_ call: TrackedCall) throws -> HTTPAnswer {
    let fields = call.fields
    let (name, source) = (try fields.required("name"), try fields.required("source"))
    var number = Int.random(in: MLflowProvisional.versions)
    while registry.versions.contains(where: { $0.number == number }) {
      number = Int.random(in: MLflowProvisional.versions)
    }
    let version = RegistryView.Version(
      name: name, number: number, source: source, run: try fields.string("run_id") ?? "",
      loggedModel: try fields.string("model_id") ?? "",
      description: try fields.string("description") ?? "", tags: try fields.pairs("tags"),
      createdAtMs: call.nowMs)
    try call.write(made: "\(number)")
    registry.versions.append(version)
    return answer(version)
  }

  func getVersion(_ call: TrackedCall) throws -> HTTPAnswer {
    answer(try version(call))
  }

  func getVersionSource(_ call: TrackedCall) throws -> HTTPAnswer {
    let version = try version(call)
    return HTTPAnswer.object { $0.member("artifact_uri", location(of: version)) }
  }

  func getAlias(_ call: TrackedCall) throws -> HTTPAnswer {
    let (name, alias) = (try call.fields.required("name"), try call.fields.required("alias"))
    let newest = alias.lowercased() == "latest" ? registry.newest(of: name) : nil
    guard let number = registry.models[name]?.aliases[alias] ?? newest,
      let index = registry.index(of: name, number)
    else { throw ServerNeeded(what: "the alias '\(alias)' of '\(name)'") }
    return answer(registry.versions[index])
  }

  mutating func setAlias(_ call: TrackedCall) throws -> HTTPAnswer {
    let (name, alias) = (try call.fields.required("name"), try call.fields.required("alias"))
    let number = try call.fields.version()
    try call.write()
    registry.models[name]?.aliases[alias] = number
    return .done
  }

  mutating func setVersionTag(_ call: TrackedCall) throws -> HTTPAnswer {
    let (name, number) = (try call.fields.required("name"), try call.fields.version())
    let (key, value) = (try call.fields.required("key"), try call.fields.string("value") ?? "")
    try call.write()
    if let index = registry.index(of: name, number) { registry.versions[index].tags[key] = value }
    return .done
  }

  mutating func setRegisteredModelTag(_ call: TrackedCall) throws -> HTTPAnswer {
    let (name, key) = (try call.fields.required("name"), try call.fields.required("key"))
    let value = try call.fields.string("value") ?? ""
    try call.write()
    registry.models[name]?.tags[key] = value
    return .done
  }

  mutating func updateVersion(_ call: TrackedCall) throws -> HTTPAnswer {
    var version = try version(call)
    version.description = try call.fields.string("description") ?? version.description
    return try keep(version, call)
  }

  mutating func moveVersion(_ call: TrackedCall) throws -> HTTPAnswer {
    var version = try version(call)
    let word = try call.fields.required("stage")
    let stages = ["None", "Staging", "Production", "Archived"]
    guard let stage = stages.first(where: { $0.lowercased() == word.lowercased() }) else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid Model Version stage: \(word). Value must be one of "
          + "None, Staging, Production, Archived.")
    }
    version.stage = stage
    return try keep(version, call)
  }

  private mutating func keep(
    _ version: RegistryView.Version, _ call: TrackedCall
  ) throws -> HTTPAnswer {
    try call.write()
    if let index = registry.index(of: version.name, version.number) {
      registry.versions[index] = version
    }
    return answer(version)
  }

  private func version(_ call: TrackedCall) throws -> RegistryView.Version {
    let (name, number) = (try call.fields.required("name"), try call.fields.version())
    guard let index = registry.index(of: name, number) else {
      throw ServerNeeded(what: "version \(number) of the registered model '\(name)'")
    }
    return registry.versions[index]
  }

  /// Where the files are, of a logged model or of a run.
  private func location(of version: RegistryView.Version) -> String {
    models[version.loggedModel]?.artifactLocation ?? version.source
  }

  private func answer(_ version: RegistryView.Version) -> HTTPAnswer {
    let aliases = registry.models[version.name]?.aliases.filter { $0.value == version.number }
    return HTTPAnswer.object {
      $0.key("model_version")
      $0.modelVersion(version, aliases: (aliases ?? [:]).keys.sorted())
    }
  }

  private static func answer(_ model: RegistryView.Model) -> HTTPAnswer {
    HTTPAnswer.object {
      $0.key("registered_model")
      $0.registeredModel(model)
    }
  }
}
