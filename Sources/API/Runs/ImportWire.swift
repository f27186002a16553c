/// What to import: the body of `POST /api/v1/imports/mlflow`.
public struct ImportRequestWire: Codable, Sendable, Equatable {
  /// Absolute path on the server's machine.
  public var path: String

  /// Names a file.
  public init(path: String) { self.path = path }
}

/// What an import has brought over.
public struct ImportWire: Codable, Sendable, Equatable {
  /// Experiments that were read.
  public var experiments: Int
  /// Runs that were read.
  public var runs: Int
  /// Points of metrics that are in the ledger now.
  public var metrics: Int
  /// Params that were read.
  public var params: Int
  /// Files that were taken into the object store.
  public var artifacts: Int
  /// Versions of models that were read.
  public var modelVersions: Int
  /// What was left behind, in words.
  public var remarks: [String]

  /// Takes every value as it is.
  public init(
    experiments: Int, runs: Int, metrics: Int, params: Int, artifacts: Int, modelVersions: Int,
    remarks: [String]
  ) {
    self.experiments = experiments
    self.runs = runs
    self.metrics = metrics
    self.params = params
    self.artifacts = artifacts
    self.modelVersions = modelVersions
    self.remarks = remarks
  }
}
