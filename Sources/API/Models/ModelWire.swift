/// One version of a model as HTTP and `--output json` tell it.
public struct ModelVersionWire: Codable, Sendable, Equatable {
  /// Name of the registered model.
  public var name: String
  /// From 1.
  public var version: Int
  /// `READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`.
  public var status: String
  /// The aliases that point to it.
  public var aliases: [String]
  /// The run that made it.
  public var run: String?
  /// The job that made it.
  public var job: String?
  /// The dataset version it was trained on.
  public var datasetVersion: String?
  /// Digest of its package's folder manifest.
  public var package: String?
  /// The columns it wants, as a JSON text.
  public var signature: String?
  /// The chain back to the data, as a JSON text.
  public var provenance: String?
  /// Words for people.
  public var description: String
  /// Unix time, UTC.
  public var createdAtMs: Int64

  /// Takes every value as it is.
  public init(
    name: String, version: Int, status: String, aliases: [String], run: String?, job: String?,
    datasetVersion: String?, package: String?, signature: String?, provenance: String?,
    description: String, createdAtMs: Int64
  ) {
    self.name = name
    self.version = version
    self.status = status
    self.aliases = aliases
    self.run = run
    self.job = job
    self.datasetVersion = datasetVersion
    self.package = package
    self.signature = signature
    self.provenance = provenance
    self.description = description
    self.createdAtMs = createdAtMs
  }
}

/// A registered model as HTTP and `--output json` tell it.
public struct ModelWire: Codable, Sendable, Equatable {
  /// Its name.
  public var name: String
  /// Words for people.
  public var description: String
  /// The newest version's number.
  public var lastVersion: Int
  /// Version numbers by alias.
  public var aliases: [String: Int]
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64
  /// Newest first; absent in lists.
  public var versions: [ModelVersionWire]?

  /// Takes every value as it is.
  public init(
    name: String, description: String, lastVersion: Int, aliases: [String: Int],
    createdAtMs: Int64, updatedAtMs: Int64, versions: [ModelVersionWire]?
  ) {
    self.name = name
    self.description = description
    self.lastVersion = lastVersion
    self.aliases = aliases
    self.createdAtMs = createdAtMs
    self.updatedAtMs = updatedAtMs
    self.versions = versions
  }
}

/// The registered models.
public struct ModelListWire: Codable, Sendable, Equatable {
  /// The last changed first.
  public var models: [ModelWire]

  /// Lists models.
  public init(models: [ModelWire]) { self.models = models }
}
