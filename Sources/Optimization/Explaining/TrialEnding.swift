import Foundation
import JobProtocol

/// What became of a trial, in sentences.
enum TrialEnding {
  static func sentences(
    _ trial: TrialReport, in study: ToldStudy, bestBefore: TrialReport?
  ) -> [String] {
    let steps = trial.steps > 0 ? " after \(trial.steps) steps" : ""
    let value = trial.value.map(number) ?? "no value"
    switch trial.outcome {
    case .completed:
      return ["It completed\(steps) with \(value)." + rank(of: trial, in: study)]
        + comparison(trial, bestBefore, study.goals[0])
    case .pruned:
      let reason = trial.message ?? "no reason kept"
      var sentences = ["It was stopped\(steps) with \(value): \(reason)."]
      if let pruner = PrunerName(rawValue: study.pruner) { sentences.append(pruner.rule) }
      return sentences
    case .failed: return ["It failed\(steps): \(trial.message ?? "no reason kept")."]
    }
  }

  private static func rank(of trial: TrialReport, in study: ToldStudy) -> String {
    let goal = study.goals[0]
    guard study.goals.count == 1, let value = trial.value else { return "" }
    let values = study.trials.filter { $0.outcome == .completed }.compactMap(\.value)
    let better = values.count { goal.isBetter($0, than: value) }
    return " That is rank \(better + 1) of \(values.count)."
  }

  private static func comparison(
    _ trial: TrialReport, _ best: TrialReport?, _ goal: OptimizationGoal
  ) -> [String] {
    guard let best, let known = best.value, let value = trial.value else { return [] }
    let difference = number(abs(value - known))
    let way = goal.isBetter(value, than: known) ? "better" : "worse"
    let words = value == known ? "as good as" : "\(way) by \(difference) than"
    return ["It was \(words) the best until then, trial \(best.number) with \(number(known))."]
  }

  static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}

extension PrunerName {
  /// What it stops, in a sentence.
  public var rule: String {
    switch self {
    case .successiveHalving, .asha:
      "\(rawValue) lets the best third of the trials seen at a rung go on."
    case .hyperband: "hyperband lets the best third of a bracket's trials seen at a rung go on."
    case .median: "median stops what is worse than the median of five or more others."
    case .percentile: "percentile stops what is not within the best quarter of five or more others."
    case .patience: "patience stops what has not become better for ten rungs."
    case .none: "The study has no pruner."
    }
  }
}

extension PruningMoment {
  /// How the trial stood among the others at the rung, in words.
  public var standing: String {
    if loss == .infinity { return "at rung \(step) its value was no finite number" }
    let losses = peers.map { goal.loss(of: $0.value) }.sorted()
    var words = "at rung \(step) it had \(TrialEnding.number(value))"
    guard !losses.isEmpty else { return words + ", and no other trial had been there" }
    let better = losses.count { $0 < loss }
    words += ", and \(better) of \(losses.count) others were better"
    let middle = losses[losses.count / 2]
    if middle.isFinite {
      words += " (their median \(TrialEnding.number(goal == .minimize ? middle : -middle)))"
    }
    return words
  }
}
