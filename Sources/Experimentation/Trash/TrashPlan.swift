/// What of the trash goes for good, as one snapshot of the ledger saw it.
public struct TrashPlan: Sendable, Equatable {
  /// One thing that goes.
  public struct Item: Sendable, Equatable {
    /// Number of its row.
    public var number: Int64
    /// Its identifier.
    public var id: String
    /// The folder of its artifacts here; nil where they are in another store.
    public var folder: String?
  }

  /// Runs that were deleted long enough ago.
  public var runs: [Item] = []
  /// Logged models, likewise.
  public var models: [Item] = []
  /// Traces of experiments that go.
  public var traces: [Item] = []
  /// Identifiers of experiments that go.
  public var experiments: [String] = []
  /// Folders of artifacts whose owner is gone already.
  public var folders: [String] = []
  /// Identifiers of uploads in parts that nobody finished.
  public var uploads: [String] = []
  /// Points of the runs' metrics.
  public var points = 0
  /// Names of artifacts.
  public var artifacts = 0
  /// What stays though it was deleted, and why, in words.
  public var remarks: [String] = []

  /// Starts with nothing.
  public init() {}

  /// All folders whose artifacts go.
  public var allFolders: Set<String> {
    Set(folders + (runs + models + traces).compactMap(\.folder))
  }

  /// The folder of artifacts that a location stands for; nil for other stores.
  static func folder(of location: String) -> String? {
    let scheme = "mlflow-artifacts:/"
    guard location.hasPrefix(scheme) else { return nil }
    let folder = location.dropFirst(scheme.count).drop { $0 == "/" }
    return folder.isEmpty ? nil : String(folder)
  }
}
