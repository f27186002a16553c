/// A name under which versions of a model are kept.
public struct RegisteredModel: Sendable, Equatable {
  /// Unique in its project.
  public var name: String
  /// The project it belongs to.
  public var project: String
  /// Words for people.
  public var description: String
  /// The newest version's number; 0 if there was none.
  public var lastVersion: Int
  /// Version numbers by alias.
  public var aliases: [String: Int]
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
  /// Free notes.
  public var tags: [String: String] = [:]
}

/// How far a version has come, in the word that MLflow used before there were aliases.
public enum ModelStage: String, Codable, Sendable, CaseIterable {
  case none = "None"
  case staging = "Staging"
  case production = "Production"
  case archived = "Archived"
}

/// Whether a version can be used; MLflow's words.
public enum ModelVersionStatus: String, Codable, Sendable {
  case ready = "READY"
  case pending = "PENDING_REGISTRATION"
  case failed = "FAILED_REGISTRATION"
}

/// What someone registers as a version of a model.
public struct ModelVersionDraft: Sendable, Equatable {
  /// Registering twice with one key gives one version; nil always gives a new one.
  public var registrationKey: String?
  /// The run that made it.
  public var run: RunID?
  /// What a client called the run that made it, where that is none of the factory's.
  public var foreignRun: String?
  /// The job that made it.
  public var job: String?
  /// The dataset version it was trained on.
  public var datasetVersion: String?
  /// Digest of the folder manifest of its package, 64 hexadecimal digits.
  public var package: String?
  /// Where it came from when it is no package of the factory's; an MLflow URI.
  public var source: String
  /// The columns it wants, as JSON.
  public var signature: String?
  /// The chain back to the data, as JSON.
  public var provenance: String?
  /// Words for people.
  public var description: String
  /// Who registered it, as the client told; may be empty.
  public var user: String
  /// Where the run can be looked at, as the client told; may be empty.
  public var runLink: String
  /// The logged model that it was made from.
  public var loggedModel: String?

  /// Describes a version to register.
  public init(
    registrationKey: String? = nil, run: RunID? = nil, job: String? = nil,
    datasetVersion: String? = nil, package: String? = nil, source: String = "",
    signature: String? = nil, provenance: String? = nil, description: String = "",
    user: String = "", runLink: String = "", loggedModel: String? = nil
  ) {
    self.registrationKey = registrationKey
    self.run = run
    self.job = job
    self.datasetVersion = datasetVersion
    self.package = package
    self.source = source
    self.signature = signature
    self.provenance = provenance
    self.description = description
    self.user = user
    self.runLink = runLink
    self.loggedModel = loggedModel
  }
}

/// One version of a registered model; its content never changes, what is noted about it may.
public struct ModelVersion: Sendable, Equatable {
  /// Name of the registered model.
  public var name: String
  /// From 1; never used twice.
  public var version: Int
  /// Whether it can be used.
  public var status: ModelVersionStatus
  /// What was registered.
  public var draft: ModelVersionDraft
  /// The aliases that point to it, in order of the alphabet.
  public var aliases: [String]
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
  /// How far it has come.
  public var stage: ModelStage
  /// Why it cannot be used; else empty.
  public var statusMessage: String
  /// Free notes.
  public var tags: [String: String]
}
