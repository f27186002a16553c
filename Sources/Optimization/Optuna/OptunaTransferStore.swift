public import Basics
import GRDB
import JobProtocol

/// What an import from Optuna has brought over.
public struct OptunaImportCounts: Sendable, Equatable {
  /// One study of the file.
  public struct Study: Sendable, Equatable {
    /// What it is called here.
    public var id: Identifier<StudySummary>
    /// Its name.
    public var name: String
    /// Trials that are here now and in the file, compared value by value.
    public var trials = 0
    /// Those of them that were here before.
    public var knownTrials = 0
    /// Trials of the file that run or wait, and are left out.
    public var unfinishedTrials = 0
  }

  /// In the order of the file.
  public var studies: [Study] = []
}

/// Takes studies of Optuna's over, and gives studies to it.
public struct OptunaTransfer: Sendable {
  private let ledger: Ledger
  private let project: String
  private let store = StudyStore()

  /// Works on the studies of that ledger.
  public init(ledger: Ledger, project: String = "default") {
    self.ledger = ledger
    self.project = project
  }

  // MARK: Import

  /// Brings the studies of a file over, or the one of a name: all of them, or nothing.
  ///
  /// A file that grew since is imported again; trials that are here stay as they are.
  /// - Throws: `optuna_unreadable` for what is no storage of Optuna's, or one of an unknown schema.
  public func take(
    _ path: String, study name: String?, nowMs: Int64
  ) async throws -> OptunaImportCounts {
    let studies = try await offTask { try OptunaFileStore(path: path).studies(named: name) }
    let (store, project) = (store, project)
    return try await ledger.write { db in
      var counts = OptunaImportCounts()
      for study in studies {
        counts.studies.append(
          try Self.take(study, of: path, store, project: project, nowMs: nowMs, in: db))
      }
      return counts
    }
  }

  private static func take(
    _ study: OptunaStudy, of path: String, _ store: StudyStore, project: String, nowMs: Int64,
    in db: Database
  ) throws -> OptunaImportCounts.Study {
    let id = Identifier<StudySummary>.derived(from: "optuna", project, path, study.name)
    let distributions = study.distributions
    let space = try study.space(distributions)
    let started = study.trials.compactMap(\.startedAtMs).min()
    let names = study.metricNames
    try store.create(
      StudySummary(
        id: id, project: project, name: study.name, job: nil, metric: names.first ?? "value",
        goal: study.goals[0], sampler: "optuna", pruner: "optuna", seed: 0,
        createdAtMs: started ?? nowMs, space: space), in: db)
    if let space { try store.keep(space: space.text, of: id, in: db) }
    let drawn = Dictionary(
      uniqueKeysWithValues: distributions.map { ($0.name, $0.distribution) })
    var details = StudyDetails(
      goals: study.goals, attributes: study.attributes, distributions: drawn)
    details.metrics = names
    try store.keep(details, of: id, in: db)
    var counts = OptunaImportCounts.Study(id: id, name: study.name)
    let domains = drawn.mapValues(\.domain)
    let known = Set(try store.trials(of: id, in: db).map(\.number))
    var reports: [TrialReport] = []
    for trial in study.trials {
      guard let report = try trial.report(in: domains, nowMs: nowMs) else {
        counts.unfinishedTrials += 1
        continue
      }
      reports.append(report)
      if known.contains(report.number) {
        counts.knownTrials += 1
      } else {
        try store.append(report, to: id, in: db)
        try store.keep(trial.details, of: id, number: report.number, in: db)
      }
    }
    let kept = try store.trials(of: id, in: db)
    let here = Dictionary(uniqueKeysWithValues: kept.map { ($0.number, $0) })
    for report in reports where here[report.number]?.isSame(as: report) != true {
      throw OptimizationError(
        code: .optunaDiffers,
        message: "trial \(report.number) of \(study.name) is here with other values",
        hint: "the file was made anew under its old name; import it under another path")
    }
    counts.trials = reports.count
    return counts
  }

  // MARK: Export

  /// Writes a study into a new file that Optuna's `load_study` reads under the study's name.
  ///
  /// Trials that have not been told are there as failed, so that numbers have no gaps.
  /// - Returns: how many trials were written.
  public func give(_ id: Identifier<StudySummary>, to path: String) async throws -> Int {
    let (store, project) = (store, project)
    let found = try await ledger.read { db -> OptunaStudy? in
      guard let study = try store.study(id, in: db), study.project == project else { return nil }
      return try OptunaStudy(
        study, details: try store.details(of: id, in: db) ?? StudyDetails(goals: [study.goal]),
        trials: try store.trials(of: id, in: db),
        trialDetails: try store.trialDetails(of: id, in: db))
    }
    guard let study = found else { throw OptimizationError.notFound(id) }
    try await offTask { try OptunaExportStore.write(study, to: path) }
    return study.trials.count
  }
}

extension StudyStore {
  /// Keeps what is known of a study beside its row.
  func keep(_ details: StudyDetails, of study: Identifier<StudySummary>, in db: Database) throws {
    try db.execute(
      sql: "UPDATE study SET details = ? WHERE id = ?",
      arguments: [details.text, study.rawValue])
  }

  /// Keeps what is known of a trial beside its row.
  func keep(
    _ details: TrialDetails, of study: Identifier<StudySummary>, number: Int, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE trial SET details = ? WHERE study = ? AND number = ?",
      arguments: [details.text, study.rawValue, number])
  }

  /// What is known of a study beside its row; nil where that is nothing.
  func details(
    of study: Identifier<StudySummary>, in db: Database
  ) throws -> StudyDetails? {
    try String.fetchOne(
      db, sql: "SELECT details FROM study WHERE id = ?", arguments: [study.rawValue]
    ).flatMap { StudyDetails(text: $0) }
  }

  /// What is known of trials beside their rows, by number.
  func trialDetails(
    of study: Identifier<StudySummary>, in db: Database
  ) throws -> [Int: TrialDetails] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT number, details FROM trial WHERE study = ? AND details IS NOT NULL",
      arguments: [study.rawValue])
    return [Int: TrialDetails](
      uniqueKeysWithValues: rows.compactMap { row -> (Int, TrialDetails)? in
        TrialDetails(text: row["details"]).map { (row["number"] as Int, $0) }
      })
  }
}
