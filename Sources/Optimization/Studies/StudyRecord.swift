public import Basics
import JobProtocol
import Foundation
import GRDB

/// A search as the ledger keeps it.
public struct StudySummary: Identified, Sendable, Equatable {
  /// Of studies.
  public static let identifierPrefix = "study_"

  /// Its identifier.
  public var id: Identifier<StudySummary>
  /// The project that it belongs to.
  public var project: String
  /// A name for people (the workflow's).
  public var name: String
  /// Identifier of the job that runs the search.
  public var job: String?
  /// Short name of what is optimized.
  public var metric: String
  /// What a good value is; with several, the first.
  public var goal: OptimizationGoal
  /// What a good value is, for each value of a trial.
  public var goals: [OptimizationGoal]
  /// Names of the values of a trial, one for each goal.
  public var metrics: [String]
  /// Name of the sampler.
  public var sampler: String
  /// Name of the pruner.
  public var pruner: String
  /// Seed of its random decisions.
  public var seed: UInt64
  /// Milliseconds since 1970.
  public var createdAtMs: Int64
  /// How many trials there will be, where that is known.
  public var budget: Int?
  /// What may be tried, once the search has told.
  public var space: SearchSpace?

  /// Where the last initial points of its space are from, of a search that its job leads.
  public var warmStart: [WarmStart.Origin] = []
  /// What programs noted of it, JSON texts by key.
  public var attributes: [String: String] = [:]

  /// What a search calls its space among its reports, as JSON.
  public static let spaceReportKey = "search_space"
  /// What a search calls the origins of its initial points among its reports, as JSON.
  public static let warmStartReportKey = "search_warm_start"

  /// What a coordinator calls that among its reports, as JSON.
  public static let attributesReportKey = "study_user_attributes"

  /// Takes every value as it is.
  public init(
    id: Identifier<StudySummary>, project: String = "default", name: String, job: String?,
    metric: String, goal: OptimizationGoal, sampler: String, pruner: String, seed: UInt64,
    createdAtMs: Int64, budget: Int? = nil, space: SearchSpace? = nil,
    goals: [OptimizationGoal]? = nil, metrics: [String]? = nil
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.job = job
    self.metric = metric
    self.goal = goal
    self.goals = goals ?? [goal]
    self.metrics = Self.names(metrics, first: metric, of: self.goals)
    self.sampler = sampler
    self.pruner = pruner
    self.seed = seed
    self.createdAtMs = createdAtMs
    self.budget = budget
    self.space = space
  }
}

extension StudySummary {
  /// A name for each goal, made up where nobody gave one.
  private static func names(
    _ metrics: [String]?, first metric: String, of goals: [OptimizationGoal]
  ) -> [String] {
    if let metrics, metrics.count == goals.count, goals.count > 1 { return metrics }
    return [metric] + goals.indices.dropFirst().map { "value \($0 + 1)" }
  }

  /// The summary of a row of `study`; nil if a value is not one that this program writes.
  init?(row: Row) {
    guard let id = Identifier<StudySummary>(row["id"] as String),
      let goal = OptimizationGoal(rawValue: row["goal"] as String),
      let seed = UInt64(row["seed"] as String)
    else { return nil }
    let details = (row["details"] as String?).flatMap { StudyDetails(text: $0) }
    self.init(
      id: id, project: row["project"], name: row["name"], job: row["job"], metric: row["metric"],
      goal: goal, sampler: row["sampler"], pruner: row["pruner"], seed: seed,
      createdAtMs: row["createdAtMs"], budget: row["budget"],
      space: (row["space"] as String?).flatMap(SearchSpace.init(text:)),
      goals: details?.goals, metrics: details?.metrics)
    warmStart = details?.warmStart ?? []
    attributes = details?.attributes.noted ?? [:]
  }
}

extension SearchSpace {
  /// The space of a JSON text; nil where a later version wrote what this one cannot read.
  init?(text: String) {
    // A space that cannot be read is as good as none: the trials tell what was tried.
    guard let json = try? JSONValue(parsing: text), let space = try? SearchSpace(json: json) else {
      return nil
    }
    self = space
  }

  /// The space as JSON in a text.
  public var text: String { String(decoding: json.encoded(), as: UTF8.self) }
}

/// The translation between a trial's report and its row.
enum TrialRecord {
  static func arguments(of report: TrialReport, study: Identifier<StudySummary>) throws
    -> StatementArguments
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let parameters = String(decoding: try encoder.encode(report.parameters), as: UTF8.self)
    return [
      study.rawValue, report.number, report.outcome.rawValue, parameters,
      report.value.map { Int64(bitPattern: $0.bitPattern) }, report.steps, report.startedAtMs,
      report.endedAtMs, report.message,
    ]
  }

  static func report(from row: Row) throws -> TrialReport? {
    guard let outcome = TrialReport.Outcome(rawValue: row["outcome"] as String) else { return nil }
    let bits: Int64? = row["valueBits"]
    let details = (row["details"] as String?).flatMap { TrialDetails(text: $0) }
    var report = TrialReport(
      number: row["number"], outcome: outcome,
      parameters: try JSONDecoder().decode(
        [String: String].self, from: Data((row["parameters"] as String).utf8)),
      value: bits.map { Double(bitPattern: UInt64(bitPattern: $0)) }, steps: row["steps"],
      startedAtMs: row["startedAtMs"], endedAtMs: row["endedAtMs"], message: row["message"])
    if let values = details?.values, values.count > 1 { report.values = values }
    if let errors = details?.errors, !errors.isEmpty { report.errors = errors }
    details?.fill(&report)
    return report
  }
}
