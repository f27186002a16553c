import JSONCoding
import MLflowProtocol

/// What a job has registered while the registry could not be asked.
struct RegistryView: Sendable {
  struct Model: Sendable {
    var name: String
    var description: String
    var tags: [String: String]
    var aliases: [String: Int] = [:]
    var createdAtMs: Int64
  }

  struct Version: Sendable {
    var name: String
    var number: Int
    var source: String
    var run: String
    var loggedModel: String
    var description: String
    var tags: [String: String]
    var stage = "None"
    var createdAtMs: Int64
  }

  var models: [String: Model] = [:]
  /// Oldest first.
  var versions: [Version] = []

  /// The number of the version that was made last, which `latest` stands for.
  func newest(of name: String) -> Int? { versions.last { $0.name == name }?.number }

  /// Where a version is, by name and number.
  func index(of name: String, _ number: Int) -> Int? {
    versions.firstIndex { $0.name == name && $0.number == number }
  }
}

extension JSONWriter {
  /// A registered model in MLflow's shape.
  mutating func registeredModel(_ model: RegistryView.Model) {
    beginObject()
    member("name", model.name)
    member("creation_timestamp", model.createdAtMs)
    member("last_updated_timestamp", model.createdAtMs)
    member(ifAny: "description", model.description)
    member("tags", pairs: model.tags)
    member("aliases", model.aliases.sorted { $0.key < $1.key }) { writer, alias in
      writer.beginObject()
      writer.member("alias", alias.key)
      writer.member("version", "\(alias.value)")
      writer.endObject()
    }
    endObject()
  }

  /// A version in MLflow's shape.
  mutating func modelVersion(_ version: RegistryView.Version, aliases: [String]) {
    beginObject()
    member("name", version.name)
    member("version", "\(version.number)")
    member("creation_timestamp", version.createdAtMs)
    member("last_updated_timestamp", version.createdAtMs)
    member("current_stage", version.stage)
    member("description", version.description)
    member("source", version.source)
    member("run_id", version.run)
    // Clients wait for minutes for a version that is pending.
    member("status", "READY")
    member(
      "status_message", "The number stands for the version until the factory has registered it.")
    member("tags", pairs: version.tags)
    member("aliases", aliases) { $0.string($1) }
    member(ifAny: "model_id", version.loggedModel)
    endObject()
  }
}
