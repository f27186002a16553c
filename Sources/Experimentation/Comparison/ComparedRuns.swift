/// Runs beside each other, with their curves thinned out: what a comparison shows.
public struct ComparedRuns: Sendable {
  /// The curves of one metric.
  public struct Curves: Sendable {
    /// Name of the metric.
    public var key: String
    /// Points by the position of their run.
    public var lines: [(run: Int, points: [MetricPoint])]
  }

  /// Most runs that one page compares.
  public static let mostRuns = 200

  /// In the order in which they were named.
  public var runs: [RunDetails]
  /// Names of their experiments.
  public var experiments: [ExperimentID: String]
  /// Metrics that at least one run has logged more than once.
  public var curves: [Curves]
  /// The metric by which runs are ordered and colored; nil where no run has one.
  public var mainMetric: String?

  /// Takes every value as it is, and chooses a main metric where none is named.
  public init(
    runs: [RunDetails], experiments: [ExperimentID: String], curves: [Curves],
    mainMetric: String? = nil
  ) {
    self.runs = runs
    self.experiments = experiments
    self.curves = curves
    self.mainMetric = mainMetric ?? Self.metrics(of: runs).first
  }

  /// Names of all metrics: what most runs have first, test before validation before others.
  public var metrics: [String] { Self.metrics(of: runs) }

  private static func metrics(of runs: [RunDetails]) -> [String] {
    var counts: [String: Int] = [:]
    for run in runs { for point in run.metrics { counts[point.key, default: 0] += 1 } }
    func rank(_ key: String) -> Int {
      if key.hasPrefix("system/") { return 5 }
      if GoalOfMetric.guess(key) == nil { return 4 }
      if key.contains("/") { return 3 }
      return key.hasPrefix("test_") ? 0 : key.hasPrefix("val") ? 1 : 2
    }
    return counts.keys.sorted {
      (rank($0), -(counts[$0] ?? 0), $0) < (rank($1), -(counts[$1] ?? 0), $1)
    }
  }

  /// The last value of a metric for each run; nil where a run has none, or one that is no number.
  public func values(of metric: String) -> [Double?] {
    runs.map { run in
      run.metrics.first { $0.key == metric }.map(\.value).flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// The values of a param for each run; nil where a run has none.
  public func params(_ key: String) -> [String?] { runs.map { $0.params[key] } }

  /// Params that are not the same in all runs.
  public var differingParams: [String] {
    allParams.filter { Set(params($0)).count > 1 }
  }

  /// Params that are the same in all runs.
  public var equalParams: [String] { allParams.filter { Set(params($0)).count == 1 } }

  private var allParams: [String] { Set(runs.flatMap(\.params.keys)).sorted() }

  /// Positions of the runs, the best by the main metric first, those without it last.
  public var order: [Int] {
    guard let mainMetric else { return Array(runs.indices) }
    let values = values(of: mainMetric)
    let sign = GoalOfMetric.guess(mainMetric) == .maximize ? -1.0 : 1.0
    return runs.indices.sorted {
      (values[$0].map { $0 * sign } ?? .infinity, $0)
        < (values[$1].map { $0 * sign } ?? .infinity, $1)
    }
  }

  /// The run with the best value of a metric; nil where nobody knows which way is better, or where
  /// all are equal.
  public func best(by metric: String) -> Int? {
    guard let goal = GoalOfMetric.guess(metric) else { return nil }
    return extreme(of: metric, isLargest: goal == .maximize)
  }

  /// The run with the largest or the smallest value.
  func extreme(of metric: String, isLargest: Bool) -> Int? {
    let known = values(of: metric).enumerated().compactMap { place, value in
      value.map { (place, $0) }
    }
    guard Set(known.map(\.1)).count > 1 else { return nil }
    return known.min { isLargest ? $0.1 > $1.1 : $0.1 < $1.1 }?.0
  }
}

/// Which way a metric is better, as its name tells.
public enum GoalOfMetric {
  /// Whether more or less is wanted.
  public enum Goal: Sendable { case maximize, minimize }

  private static let smaller = [
    "loss", "error", "rmse", "mse", "mae", "mape", "brier", "perplexity", "deviance", "failed",
    "latency", "wer", "cer",
  ]
  private static let larger = [
    "acc", "accuracy", "auc", "f1", "r2", "score", "precision", "recall", "ap", "map", "bleu",
    "rouge", "iou", "ndcg", "mcc", "kappa", "reward",
  ]

  /// Nil for names that do not tell.
  public static func guess(_ metric: String) -> Goal? {
    let words = metric.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    if words.first == "system" { return nil }
    for word in words.reversed() {
      if smaller.contains(where: { word == $0 || word.hasSuffix($0) && $0.count > 3 }) {
        return .minimize
      }
      if larger.contains(where: { word == $0 || word.hasSuffix($0) && $0.count > 3 }) {
        return .maximize
      }
    }
    return nil
  }
}
