/// A dataset as HTTP and `--output json` tell it.
public struct DatasetWire: Codable, Sendable, Equatable {
  /// Its name, unique in the project.
  public var name: String
  /// How many versions it has had.
  public var versionCount: Int
  /// The version used last.
  public var latest: DatasetVersionWire
  /// When it was first made: milliseconds since 1970, UTC.
  public var createdAtMs: Int64
  /// When it was last used for a build.
  public var updatedAtMs: Int64
  /// The class that somebody gave it; its versions may be more restricted.
  public var dataClass: String

  /// Joins the parts.
  public init(
    name: String, versionCount: Int, latest: DatasetVersionWire, createdAtMs: Int64,
    updatedAtMs: Int64, dataClass: String
  ) {
    self.name = name
    self.versionCount = versionCount
    self.latest = latest
    self.createdAtMs = createdAtMs
    self.updatedAtMs = updatedAtMs
    self.dataClass = dataClass
  }
}

/// What `PUT /api/v1/datasets/{reference}/class` takes.
public struct DatasetClassWire: Codable, Sendable, Equatable {
  /// `public`, `internal`, `confidential` or `restricted`.
  public var dataClass: String
  /// Whether it may be less restricted than before.
  public var mayLower: Bool?

  /// Takes every value as it is.
  public init(dataClass: String, mayLower: Bool?) {
    self.dataClass = dataClass
    self.mayLower = mayLower
  }
}

/// The answer of `/api/v1/datasets`.
public struct DatasetListWire: Codable, Sendable, Equatable {
  /// The one used last first.
  public var datasets: [DatasetWire]

  /// Joins the parts.
  public init(datasets: [DatasetWire]) { self.datasets = datasets }
}

/// One immutable version of a dataset.
public struct DatasetVersionWire: Codable, Sendable, Equatable {
  /// A column.
  public struct Column: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What its values mean.
    public var type: String
    /// The part that it plays.
    public var role: String

    /// Joins the parts.
    public init(name: String, type: String, role: String) {
      self.name = name
      self.type = type
      self.role = role
    }
  }

  /// A file that was read.
  public struct Source: Codable, Sendable, Equatable {
    /// As the user named it.
    public var name: String
    /// SHA-256 of its bytes.
    public var sha256: String
    /// How many bytes.
    public var bytes: Int64
    /// What it is for.
    public var part: String

    /// Joins the parts.
    public init(name: String, sha256: String, bytes: Int64, part: String) {
      self.name = name
      self.sha256 = sha256
      self.bytes = bytes
      self.part = part
    }
  }

  /// `dv_…`.
  public var id: String
  /// Name of the dataset.
  public var dataset: String
  /// From 1 in the dataset.
  public var number: Int
  /// How many rows.
  public var rowCount: Int
  /// In order.
  public var columns: [Column]
  /// Rows by `train`, `validation` and `test`.
  public var splits: [String: Int]
  /// How rows were split, in words.
  public var splitRule: String
  /// What was read.
  public var sources: [Source]
  /// Digest of the manifest object that names its files.
  public var folder: String
  /// The job that built it.
  public var job: String?
  /// When the dataset first had it.
  public var createdAtMs: Int64
  /// How far it must be kept from others: the most restricted class of all datasets with one of its files.
  public var dataClass: String

  /// Joins the parts.
  public init(
    id: String, dataset: String, number: Int, rowCount: Int, columns: [Column],
    splits: [String: Int], splitRule: String, sources: [Source], folder: String, job: String?,
    createdAtMs: Int64, dataClass: String
  ) {
    self.id = id
    self.dataset = dataset
    self.number = number
    self.rowCount = rowCount
    self.columns = columns
    self.splits = splits
    self.splitRule = splitRule
    self.sources = sources
    self.folder = folder
    self.job = job
    self.createdAtMs = createdAtMs
    self.dataClass = dataClass
  }
}

/// The answer of `/api/v1/datasets/{reference}/versions`.
public struct DatasetVersionListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var versions: [DatasetVersionWire]

  /// Joins the parts.
  public init(versions: [DatasetVersionWire]) { self.versions = versions }
}

/// What `datasets add` asks for.
public struct DatasetImportRequestWire: Codable, Sendable, Equatable {
  /// Name of the dataset.
  public var name: String
  /// A file, glob, folder or URL.
  public var source: String
  /// Absolute path that a relative source starts from.
  public var baseFolder: String
  /// The column to predict; nil splits nothing.
  public var target: String?
  /// Columns that are never features.
  public var exclude: [String]?
  /// The least that the dataset's class is from then on.
  public var dataClass: String?

  /// Joins the parts.
  public init(
    name: String, source: String, baseFolder: String, target: String?, exclude: [String]?
  ) {
    self.name = name
    self.source = source
    self.baseFolder = baseFolder
    self.target = target
    self.exclude = exclude
  }
}

/// How far an import is.
public struct DatasetImportWire: Codable, Sendable, Equatable {
  /// Identifier of the import.
  public var id: String
  /// `running`, `succeeded` or `failed`.
  public var status: String
  /// What is being done, for people.
  public var message: String
  /// The job at work.
  public var job: String?
  /// The version, once it succeeded.
  public var version: DatasetVersionWire?
  /// Why it failed.
  public var error: ErrorWire.Body?

  /// Joins the parts.
  public init(
    id: String, status: String, message: String, job: String? = nil,
    version: DatasetVersionWire? = nil, error: ErrorWire.Body? = nil
  ) {
    self.id = id
    self.status = status
    self.message = message
    self.job = job
    self.version = version
    self.error = error
  }
}
