/// What a task tells the factory while it runs.
///
/// A task writes one report as one line of JSON to the file descriptor that
/// `AIFACTORY_REPORT_FD` names; the agent puts the line into its journal unread, and the server
/// applies it in the transaction that moves the journal's offset. A line has at most 64 KiB.
public enum TaskReport: Codable, Sendable, Equatable {
  /// How far the work is: a word for the phase, a share in 0...1 where known, and words for people.
  case progress(phase: String, share: Double?, message: String)
  /// One trial of a search that ended (or was pruned, or failed).
  case trial(TrialReport)
  /// A point of a metric's curve.
  case metric(key: String, value: Double, step: Int64, timestampMs: Int64)
  case parameter(key: String, value: String)
}

/// One trial of a search as its worker tells it.
public struct TrialReport: Codable, Sendable, Equatable {
  /// How a trial ended.
  public enum Outcome: String, Codable, Sendable { case completed, pruned, failed }

  /// From 0, in the order of asking.
  public var number: Int
  /// How it ended.
  public var outcome: Outcome
  /// Parameters by name, as text (numbers in their shortest exact form).
  public var parameters: [String: String]
  /// The objective's value on validation data; nil for a failed trial.
  public var value: Double?
  /// The values of all goals of a completed trial; nil where there is one goal.
  public var values: [Double]?
  /// Standard errors of these values where the point was measured several times; else nil.
  public var errors: [Double]?
  /// Boosting rounds (or other steps) done.
  public var steps: Int
  /// Unix time in milliseconds.
  public var startedAtMs: Int64
  /// Unix time in milliseconds.
  public var endedAtMs: Int64
  /// Why it failed or was pruned.
  public var message: String?
  /// What was measured of the study's constraints, each kept where it is 0 or less; nil where there are none.
  public var constraints: [Double]?
  /// What programs noted of it, JSON texts by key; nil where that is nothing.
  public var attributes: [String: String]?
  /// The values that somebody wanted tried, a JSON text; nil where nobody asked for the trial.
  public var enqueued: String?
  /// The stopped trial whose point it trained again; nil for a point of its own.
  public var promotion: TrialPromotion?
  /// What was followed step by step; told once, with the report.
  public var curve: TrialCurve?

  /// Takes every value as it is.
  public init(
    number: Int, outcome: Outcome, parameters: [String: String], value: Double?, steps: Int,
    startedAtMs: Int64, endedAtMs: Int64, message: String? = nil, curve: TrialCurve? = nil
  ) {
    self.number = number
    self.outcome = outcome
    self.parameters = parameters
    self.value = value
    self.steps = steps
    self.startedAtMs = startedAtMs
    self.endedAtMs = endedAtMs
    self.message = message
    self.curve = curve
  }
}

extension TrialReport {
  /// Whether it broke a constraint that was measured, and is never the best.
  public var isInfeasible: Bool { constraints.map(TrialConstraints.areBroken) ?? false }
}

/// Constraints on what a trial measured: each value is kept where it is 0 or less.
public enum TrialConstraints {
  /// Most that a trial has.
  public static let most = 100

  /// Whether one of them is broken; what is no number is.
  public static func areBroken(_ values: [Double]) -> Bool { values.contains { !($0 <= 0) } }

  /// By how much they are broken, all together; 0 where all are kept.
  ///
  /// Deb 2000, "An efficient constraint handling method for genetic algorithms".
  public static func violation(of values: [Double]) -> Double {
    values.reduce(0) { $0 + ($1.isNaN ? .infinity : max($1, 0)) }
  }
}

/// The metric that a trial was followed by, at some of its steps.
public struct TrialCurve: Codable, Sendable, Equatable {
  /// Most points that a report holds.
  public static let mostPoints = 40

  /// The engine's name of the metric, such as `logloss`.
  public var metric: String
  /// From 1, rising.
  public var steps: [Int]
  /// One value for each step.
  public var values: [Double]

  /// Takes every value as it is.
  public init(metric: String, steps: [Int], values: [Double]) {
    self.metric = metric
    self.steps = steps
    self.values = values
  }

  /// Thins a value for each step from 1 on out: evenly, with the last one and those of `kept`.
  public init(metric: String, ofEveryStep all: [Double], keeping kept: [Int] = []) {
    let stride = max(1, (all.count + Self.mostPoints - 3) / (Self.mostPoints - 2))
    let steps = Set((1...max(1, all.count)).filter { ($0 - 1).isMultiple(of: stride) })
      .union(kept + [all.count]).filter { (1...max(1, all.count)).contains($0) }.sorted()
    self.init(
      metric: metric, steps: all.isEmpty ? [] : steps,
      values: all.isEmpty ? [] : steps.map { all[$0 - 1] })
  }
}
