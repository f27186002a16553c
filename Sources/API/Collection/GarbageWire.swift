/// What to collect: the body of `POST /api/v1/gc`.
public struct GarbageRequestWire: Codable, Sendable, Equatable {
  /// Says what would be removed and removes nothing; false by default.
  public var dryRun: Bool?
  /// Milliseconds that things must have been in the trash; 30 days by default.
  public var graceMs: Int64?
  /// Milliseconds that objects without a name are kept; a day by default.
  public var objectAgeMs: Int64?
  /// Milliseconds that environments and archives are kept which no job uses; 30 days by default.
  public var unusedMs: Int64?

  /// Asks for a collection.
  public init(
    dryRun: Bool?, graceMs: Int64?, objectAgeMs: Int64? = nil, unusedMs: Int64? = nil
  ) {
    self.dryRun = dryRun
    self.graceMs = graceMs
    self.objectAgeMs = objectAgeMs
    self.unusedMs = unusedMs
  }
}

/// What a collection removed, or would remove.
public struct GarbageWire: Codable, Sendable, Equatable {
  /// Whether nothing was removed.
  public var dryRun: Bool
  /// Identifiers of experiments.
  public var experiments: [String]
  /// Identifiers of runs.
  public var runs: [String]
  /// Identifiers of logged models.
  public var loggedModels: [String]
  /// How many traces.
  public var traces: Int
  /// How many points of metrics.
  public var metricPoints: Int
  /// How many names of artifacts.
  public var artifacts: Int
  /// How many uploads that nobody finished.
  public var uploads: Int
  /// Objects that no row names.
  public var objects: Heap
  /// Folders of jobs that ended.
  public var jobFolders: Heap
  /// Folders of model packages that nothing names.
  public var packageFolders: Heap
  /// Python environments of this machine that nobody used, and requirements files.
  public var environments: Heap
  /// Data that was laid out for jobs of this machine.
  public var dataFolders: Heap
  /// What jobs have left at clusters.
  public var siteFiles: Heap
  /// What interrupted work has left.
  public var leftovers: Heap
  /// What stays though it was deleted, and why, in words.
  public var remarks: [String]

  /// A number of things with their size.
  public struct Heap: Codable, Sendable, Equatable {
    /// How many.
    public var count: Int
    /// Bytes that become free.
    public var bytes: Int64

    /// Joins the parts.
    public init(count: Int, bytes: Int64) {
      self.count = count
      self.bytes = bytes
    }
  }

  /// Starts with nothing.
  public init(dryRun: Bool) {
    self.dryRun = dryRun
    (experiments, runs, loggedModels) = ([], [], [])
    (traces, metricPoints, artifacts, uploads) = (0, 0, 0, 0)
    let none = Heap(count: 0, bytes: 0)
    (objects, jobFolders, packageFolders, leftovers) = (none, none, none, none)
    (environments, dataFolders, siteFiles) = (none, none, none)
    remarks = []
  }

  /// Bytes that become free.
  public var bytes: Int64 {
    objects.bytes + jobFolders.bytes + packageFolders.bytes + environments.bytes
      + dataFolders.bytes + siteFiles.bytes + leftovers.bytes
  }
}
