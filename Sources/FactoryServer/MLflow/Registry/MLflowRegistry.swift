import Basics
import Experimentation
import MLflowProtocol

/// Changes of the registry, read from a request and still to be written.
enum MLflowRegistry {
  typealias Write = @Sendable (LedgerTransaction) throws -> Void
  typealias Read = @Sendable (MLflowFields, _ project: String, _ nowMs: Int64) throws -> Write

  /// Calls that answer nothing.
  static let writes: [(call: String, read: Read)] = [
    ("POST registered-models/set-tag", modelTag),
    ("DELETE registered-models/delete-tag", modelTagDeletion),
    ("POST registered-models/alias", alias), ("DELETE registered-models/alias", aliasDeletion),
    ("POST model-versions/set-tag", versionTag),
    ("DELETE model-versions/delete-tag", versionTagDeletion),
  ]

  /// Carries out what stands in a journal; false for a call that is none of the registry's.
  ///
  /// - Parameters:
  ///   - made: the number that stands for a version which is made by the call.
  ///   - job: in which such numbers mean something.
  static func apply(
    _ call: String, _ given: MLflowFields, made: String, job: String, project: String,
    nowMs: Int64, in db: LedgerTransaction
  ) throws -> Bool {
    if call == "POST model-versions/create" {
      _ = try version(given, project, nowMs, key: "\(job)/\(made)", job: job)(db)
      return true
    }
    if call == "POST registered-models/create" {
      do {
        _ = try model(given, project, nowMs)(db)
      } catch let error as ExperimentationError {
        // Its agent could not know that there is one.
        guard error.code == .modelAlreadyExists else { throw error }
      }
      return true
    }
    let fields = try own(given, job: job, project: project, in: db)
    switch call {
    case "PATCH registered-models/update": _ = try modelUpdate(fields, project, nowMs)(db)
    case "PATCH model-versions/update": _ = try versionUpdate(fields, project, nowMs)(db)
    case "POST model-versions/transition-stage": _ = try transition(fields, project, nowMs)(db)
    default:
      guard let write = writes.first(where: { $0.call == call }) else { return false }
      try write.read(fields, project, nowMs)(db)
    }
    return true
  }

  /// The fields with the number of a version in place of the one that stood for it in a job.
  private static func own(
    _ fields: MLflowFields, job: String, project: String, in db: LedgerTransaction
  ) throws -> MLflowFields {
    guard fields["version"] != nil, case let number = try fields.version(),
      number >= MLflowProvisional.firstVersion,
      let version = try ModelStore.version(
        registeredAs: "\(job)/\(number)", of: try fields.required("name"), project: project,
        in: db)
    else { return fields }
    return fields.setting("version", to: "\(version)")
  }

  /// The tag in which clients write down what a logged model was registered as.
  static let versionsTag = "mlflow.modelVersions"

  /// Whether a text of that tag has numbers that only mean something in a job.
  static func isProvisional(versionsTag text: String) -> Bool {
    // What is no JSON is somebody's own text.
    ((try? JSONValue(parsing: text))?.arrayValue ?? []).contains { entry in
      entry["version"]?.stringValue.flatMap { Int($0) }.map(MLflowProvisional.versions.contains)
        ?? false
    }
  }

  static func model(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> @Sendable (LedgerTransaction) throws -> RegisteredModel {
    let name = try fields.required("name")
    let description = try fields.string("description") ?? ""
    let tags = try fields.pairs("tags")
    return { db in
      try ModelStore.create(
        name, description: description, tags: tags, project: project, nowMs: nowMs, in: db)
    }
  }

  static func modelUpdate(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> @Sendable (LedgerTransaction) throws -> RegisteredModel {
    let name = try fields.required("name")
    let description = try fields.string("description") ?? ""
    return { db in
      try ModelStore.change(
        name, description: description, project: project, nowMs: nowMs, in: db)
    }
  }

  /// - Parameters:
  ///   - key: under which the same version is not made twice.
  ///   - job: that makes it.
  static func version(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64, key: String? = nil,
    job: String? = nil
  ) throws -> @Sendable (LedgerTransaction) throws -> ModelVersion {
    let name = try fields.required("name")
    let (run, model) = (try fields.string("run_id") ?? "", try fields.string("model_id") ?? "")
    let draft = ModelVersionDraft(
      registrationKey: key, job: job, source: try fields.required("source"),
      description: try fields.string("description") ?? "",
      user: try fields.string("user_id") ?? "", runLink: try fields.string("run_link") ?? "",
      loggedModel: model.isEmpty ? nil : model)
    let tags = try fields.pairs("tags")
    return { db in
      var wanted = draft
      wanted.run = try RunStore.known(run, in: db)
      // A registry may be apart from the server that has the runs.
      if wanted.run == nil, !run.isEmpty { wanted.foreignRun = run }
      _ = try ModelStore.model(named: name, project: project, in: db)
      if let model = wanted.loggedModel { _ = try LoggedModelStore.model(model, in: db) }
      // The source of a prompt is a placeholder: its text is a tag.
      if tags["mlflow.prompt.is_prompt"]?.lowercased() != "true" {
        try MLflowSource.check(wanted, in: db)
      }
      let named = wanted.loggedModel
      try MLflowSource.follow(&wanted, project: project, in: db)
      // A source that leads nowhere is refused now, not when somebody loads the model.
      _ = try MLflowSource.location(of: wanted, project: project, in: db)
      let version = try ModelStore.createVersion(
        of: name, wanted, project: project, nowMs: nowMs, in: db)
      for (key, value) in tags {
        try ModelStore.setTag(
          key, value, ofVersion: version.version, of: name, project: project, in: db)
      }
      if let model = named {
        try LoggedModelStore.note(
          version: version.version, of: name, madeFrom: model, nowMs: nowMs, in: db)
      }
      return try ModelStore.version(version.version, of: name, project: project, in: db)
    }
  }

  static func versionUpdate(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> @Sendable (LedgerTransaction) throws -> ModelVersion {
    let (name, number) = (try fields.required("name"), try fields.version())
    let description = try fields.string("description")
    return { db in
      try ModelStore.change(
        number, of: name, description: description, project: project, nowMs: nowMs, in: db)
    }
  }

  static func transition(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> @Sendable (LedgerTransaction) throws -> ModelVersion {
    let (name, number) = (try fields.required("name"), try fields.version())
    let stage = try MLflowStage.stage(try fields.required("stage"))
    let archive = try fields.bool("archive_existing_versions") ?? false
    return { db in
      try ModelStore.moveToStage(
        stage, number, of: name, archiveOthers: archive, project: project, nowMs: nowMs, in: db)
    }
  }

  private static func modelTag(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, key) = (try fields.required("name"), try fields.required("key"))
    let value = try fields.string("value") ?? ""
    return { db in
      try ModelStore.setTag(key, value, of: name, project: project, in: db)
    }
  }

  private static func modelTagDeletion(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, key) = (try fields.required("name"), try fields.required("key"))
    return { try ModelStore.deleteTag(key, of: name, project: project, in: $0) }
  }

  private static func alias(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, alias) = (try fields.required("name"), try fields.required("alias"))
    let version = try fields.version()
    return { try ModelStore.setAlias(alias, of: name, to: version, project: project, in: $0) }
  }

  private static func aliasDeletion(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, alias) = (try fields.required("name"), try fields.required("alias"))
    return { try ModelStore.deleteAlias(alias, of: name, project: project, in: $0) }
  }

  private static func versionTag(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, number) = (try fields.required("name"), try fields.version())
    let (key, value) = (try fields.required("key"), try fields.string("value") ?? "")
    return { db in
      try ModelStore.setTag(
        key, value, ofVersion: number, of: name, project: project, in: db)
    }
  }

  private static func versionTagDeletion(
    _ fields: MLflowFields, _ project: String, _ nowMs: Int64
  ) throws -> Write {
    let (name, number) = (try fields.required("name"), try fields.version())
    let key = try fields.required("key")
    return { try ModelStore.deleteTag(key, ofVersion: number, of: name, project: project, in: $0) }
  }
}
