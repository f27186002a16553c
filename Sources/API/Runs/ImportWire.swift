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
  public var experiments = 0
  /// Runs of the store that are here now, compared point by point.
  public var runs = 0
  /// Those of them that were here before.
  public var knownRuns = 0
  /// Points of their metrics.
  public var metrics = 0
  /// Their params.
  public var params = 0
  /// Their inputs.
  public var inputs = 0
  /// Files of the store that are here now.
  public var artifacts = 0
  /// Logged models that are here now.
  public var loggedModels = 0
  /// Those of them that were here before.
  public var knownLoggedModels = 0
  /// Traces that are here now.
  public var traces = 0
  /// Those of them that were here before.
  public var knownTraces = 0
  /// Versions of models that are here now.
  public var modelVersions = 0
  /// What could not be taken and why, in words.
  public var refused: [String] = []
  /// What is otherwise than it was, or stays where it is, in words.
  public var remarks: [String] = []

  /// Starts at nothing.
  public init() {}
}
