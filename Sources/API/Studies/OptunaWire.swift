/// Which studies of a file of Optuna's to take over: the body of `POST /api/v1/imports/optuna`.
public struct OptunaImportRequestWire: Codable, Sendable, Equatable {
  /// Absolute path on the server's machine.
  public var path: String
  /// Name of the one study; absent is all of them.
  public var study: String?

  /// Names a file.
  public init(path: String, study: String? = nil) {
    self.path = path
    self.study = study
  }
}

/// What an import from Optuna has brought over.
public struct OptunaImportWire: Codable, Sendable, Equatable {
  /// One study of the file.
  public struct Study: Codable, Sendable, Equatable {
    /// What it is called here.
    public var id: String
    /// Its name.
    public var name: String
    /// Trials of the file that are here now, compared value by value.
    public var trials: Int
    /// Those of them that were here before.
    public var knownTrials: Int
    /// Trials that run or wait there, and were left out.
    public var unfinishedTrials: Int

    /// Takes every value as it is.
    public init(id: String, name: String, trials: Int, knownTrials: Int, unfinishedTrials: Int) {
      self.id = id
      self.name = name
      self.trials = trials
      self.knownTrials = knownTrials
      self.unfinishedTrials = unfinishedTrials
    }
  }

  /// In the order of the file.
  public var studies: [Study]

  /// Lists studies.
  public init(studies: [Study]) { self.studies = studies }
}

/// A study as a file of Optuna's: the body of `POST /api/v1/studies/{id}/optuna`, and its answer.
public struct OptunaExportWire: Codable, Sendable, Equatable {
  /// Absolute path on the server's machine, of a file that is not there yet.
  public var path: String
  /// How many trials it has, in the answer.
  public var trials: Int?

  /// Names a file.
  public init(path: String, trials: Int? = nil) {
    self.path = path
    self.trials = trials
  }
}
