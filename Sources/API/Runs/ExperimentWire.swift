/// An experiment as HTTP and `--output json` tell it.
public struct ExperimentWire: Codable, Sendable, Equatable {
  /// Decimal digits.
  public var id: String
  /// Unique in its project.
  public var name: String
  /// `active` or `deleted`.
  public var lifecycle: String
  /// Free notes.
  public var tags: [String: String]
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// Unix time of the last change, UTC.
  public var updatedAtMs: Int64

  /// Takes every value as it is.
  public init(
    id: String, name: String, lifecycle: String, tags: [String: String], createdAtMs: Int64,
    updatedAtMs: Int64
  ) {
    self.id = id
    self.name = name
    self.lifecycle = lifecycle
    self.tags = tags
    self.createdAtMs = createdAtMs
    self.updatedAtMs = updatedAtMs
  }
}

/// Experiments.
public struct ExperimentListWire: Codable, Sendable, Equatable {
  /// The last changed first.
  public var experiments: [ExperimentWire]

  /// Lists experiments.
  public init(experiments: [ExperimentWire]) { self.experiments = experiments }
}

/// Where an alias is to point: the body of `POST /api/v1/models/{name}/aliases`.
public struct AliasWire: Codable, Sendable, Equatable {
  /// The alias.
  public var alias: String
  /// Number of a version.
  public var version: Int

  /// Joins the parts.
  public init(alias: String, version: Int) {
    self.alias = alias
    self.version = version
  }
}
