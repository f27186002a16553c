/// A model version as it leaves a factory: what HTTP tells, and `aifactory-model.json` in its folder.
public struct ModelExportWire: Codable, Sendable, Equatable {
  /// One file of the folder.
  public struct File: Codable, Sendable, Equatable {
    /// Relative path.
    public var path: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Size in bytes.
    public var bytes: Int64
    /// Whether it was made up for the export and is no part of the version.
    public var isGenerated: Bool

    /// Joins the parts.
    public init(path: String, sha256: String, bytes: Int64, isGenerated: Bool) {
      self.path = path
      self.sha256 = sha256
      self.bytes = bytes
      self.isGenerated = isGenerated
    }
  }

  /// The name of the description in an exported folder.
  public static let fileName = "aifactory-model.json"

  /// Raised when the shape changes.
  public var formatVersion = 1
  /// Name of the registered model.
  public var name: String
  /// From 1.
  public var version: Int
  /// The aliases that pointed to it.
  public var aliases: [String]
  /// Free notes.
  public var tags: [String: String]
  /// Words for people.
  public var description: String
  /// The columns it wants, as a JSON text; for a model of MLflow's, `MLmodel` tells them.
  public var signature: String?
  /// The chain back to the data, as a JSON text.
  public var provenance: String?
  /// Digest of the manifest of the files that are its own.
  public var package: String
  /// Everything in the folder but the description.
  public var files: [File]

  /// Joins the parts.
  public init(
    name: String, version: Int, aliases: [String], tags: [String: String], description: String,
    signature: String?, provenance: String?, package: String, files: [File]
  ) {
    self.name = name
    self.version = version
    self.aliases = aliases
    self.tags = tags
    self.description = description
    self.signature = signature
    self.provenance = provenance
    self.package = package
    self.files = files
  }
}

/// Asks for a version made of objects that were sent before.
public struct ModelImportRequestWire: Codable, Sendable, Equatable {
  /// The files of the version.
  public var files: [ModelExportWire.File]
  /// What an export told of them; nil for a folder that no factory has written.
  public var export: ModelExportWire?

  /// Joins the parts.
  public init(files: [ModelExportWire.File], export: ModelExportWire?) {
    self.files = files
    self.export = export
  }
}

/// What became of an import.
public struct ModelImportWire: Codable, Sendable, Equatable {
  /// The version that was made; the one made before where the same files were taken in before.
  public var modelVersion: ModelVersionWire
  /// How many files it has.
  public var files: Int
  /// How many bytes they have.
  public var bytes: Int64
  /// What could not be taken over, in sentences.
  public var remarks: [String]

  /// Joins the parts.
  public init(modelVersion: ModelVersionWire, files: Int, bytes: Int64, remarks: [String]) {
    self.modelVersion = modelVersion
    self.files = files
    self.bytes = bytes
    self.remarks = remarks
  }
}
