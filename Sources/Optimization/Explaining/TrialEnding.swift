import Foundation
import JobProtocol

/// What became of a trial, in sentences.
enum TrialEnding {
  static func sentences(
    _ trial: TrialReport, in study: ToldStudy, bestBefore: TrialReport?
  ) -> [String] {
    let noun = trial.steps == 1 ? "step" : "steps"
    let steps = trial.steps > 0 ? " after \(trial.steps) \(noun)" : ""
    let error = trial.errors?.first.map { " ± \(number($0))" } ?? ""
    let value = trial.value.map { number($0) + error } ?? "no value"
    switch trial.outcome {
    case .completed where study.goals.count > 1:
      let values = (trial.values ?? []).map(number).joined(separator: ", ")
      return ["It completed\(steps) with \(values)." + standing(of: trial, in: study)]
    case .completed:
      return ["It completed\(steps) with \(value)." + rank(of: trial, in: study)]
        + comparison(trial, bestBefore, study.goals[0]) + unseen(trial, by: study.pruner)
    case .pruned: return stopped(trial, steps, value, pruner: PrunerName(rawValue: study.pruner))
    case .failed:
      let reason = sentence(trial.message)
      return ["It failed\(steps)" + (reason.map { ": \($0)" } ?? "; no reason was kept.")]
    }
  }

  /// Why the pruner had no say, where it saw nothing.
  private static func unseen(_ trial: TrialReport, by pruner: String) -> [String] {
    guard trial.steps == 0, let pruner = PrunerName(rawValue: pruner), pruner != .none else {
      return []
    }
    return [
      "It told of no step from 1 on, so \(pruner.rawValue) could not judge it: what is logged or reported "
        + "needs a step."
    ]
  }

  /// Why a trial was stopped, with steps and value once.
  private static func stopped(
    _ trial: TrialReport, _ steps: String, _ value: String, pruner: PrunerName?
  ) -> [String] {
    guard let reason = sentence(trial.message) else {
      return ["It was stopped\(steps) with \(value); no reason was kept."]
    }
    // The words of pruners begin with what has just been said.
    for place in ["at rung \(trial.steps) ", "at step \(trial.steps) "] {
      guard reason.hasPrefix(place) else { continue }
      let rest = reason.dropFirst(place.count)
      if rest.hasPrefix("its value was ") { return ["It was stopped\(steps): \(rest)"] }
      if rest.hasPrefix("it had \(value), which is ") {
        return ["It was stopped\(steps) with \(rest.dropFirst(7))"]
      }
      let known = "it had \(value), and "
      guard rest.hasPrefix(known) else { break }
      return ["It was stopped\(steps) with \(value): \(rest.dropFirst(known.count))"]
        + rule(of: pruner)
    }
    let isPruners = reason.hasPrefix("at rung ") || reason.hasPrefix("at step ")
    let isTold = [" ", ","].contains { reason.contains("it had \(value)\($0)") }
    return ["It was stopped\(steps)" + (isTold ? "" : " with \(value)") + ": \(reason)"]
      + (isPruners ? rule(of: pruner) : [])
  }

  private static func rule(of pruner: PrunerName?) -> [String] {
    guard let pruner, pruner != .none else { return [] }
    return [pruner.rule]
  }

  /// What a program said as the end of a sentence, on one line; nil where it said nothing.
  private static func sentence(_ message: String?) -> String? {
    let lines = (message ?? "").split(whereSeparator: \.isNewline)
    var words = lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .joined(separator: " ")
    guard let last = words.last else { return nil }
    if !".!?…".contains(last) { words += "." }
    return words
  }

  private static func rank(of trial: TrialReport, in study: ToldStudy) -> String {
    let goal = study.goals[0]
    guard study.goals.count == 1, let value = trial.value else { return "" }
    if trial.isInfeasible { return broken(trial) }
    let values = study.trials.filter { $0.outcome == .completed && !$0.isInfeasible }
      .compactMap(\.value)
    let better = values.count { goal.isBetter($0, than: value) }
    return " That is rank \(better + 1) of \(values.count)."
  }

  /// Which constraints a trial broke, and by how much.
  private static func broken(_ trial: TrialReport) -> String {
    let constraints = trial.constraints ?? []
    let broken = constraints.indices.filter { !(constraints[$0] <= 0) }
    guard constraints.count > 1 || broken.count != 1 else {
      return " It broke its constraint by \(number(constraints[0])), and does not count."
    }
    let words = broken.prefix(3).map { "constraint \($0 + 1) by \(number(constraints[$0]))" }
    let more = broken.count - words.count
    return " It broke \(words.joined(separator: ", "))" + (more > 0 ? " and \(more) more" : "")
      + ", and does not count."
  }

  /// Whether no other trial beats one in every goal.
  private static func standing(of trial: TrialReport, in study: ToldStudy) -> String {
    if trial.isInfeasible { return broken(trial) }
    let frontier = study.frontier
    if frontier.contains(where: { $0.number == trial.number }) {
      return " It is on the frontier, one of \(frontier.count) trials that no other beats in every "
        + "goal."
    }
    func losses(_ trial: TrialReport) -> [Double] {
      zip(study.goals, trial.values ?? []).map { $0.loss(of: $1) }
    }
    let own = losses(trial)
    let better = frontier.filter { ParetoOrder.dominates(losses($0), own) }
    guard let first = better.first else { return "" }
    let more = better.count - 1
    let others = more > 0 ? ", as \(more == 1 ? "is" : "are") \(more) more of the frontier" : ""
    return " Trial \(first.number) is as good or better in every goal\(others)."
  }

  private static func comparison(
    _ trial: TrialReport, _ best: TrialReport?, _ goal: OptimizationGoal
  ) -> [String] {
    guard !trial.isInfeasible, let best, let known = best.value, let value = trial.value
    else { return [] }
    let difference = abs(value - known)
    let way = goal.isBetter(value, than: known) ? "better" : "worse"
    let words =
      value == known
      ? "as good as" : way + (difference.isFinite ? " by \(number(difference))" : "") + " than"
    return ["It was \(words) the best until then, trial \(best.number) with \(number(known))."]
  }

  static func number(_ value: Double) -> String {
    value.isNaN ? "no number" : String(format: "%.6g", value)
  }
}

extension PrunerName {
  /// What it stops, in a sentence.
  public var rule: String {
    switch self {
    case .successiveHalving, .asha:
      "\(rawValue) lets the best third of the trials seen at a rung go on."
    case .hyperband:
      "hyperband lets the best third of a bracket's trials seen at a rung go on, "
        + "of all brackets' while these are fewer than three."
    case .median: "median stops what is worse than the median of five or more others."
    case .percentile: "percentile stops what is not within the best quarter of five or more others."
    case .patience: "patience stops what has not become better for ten rungs."
    case .threshold(let range): "threshold stops what is \(ThresholdPruner.outside(range))."
    case .none: "The study has no pruner."
    }
  }
}

extension PruningMoment {
  /// How the trial stood among the others at the rung, in words.
  public var standing: String { standing() }

  /// The same, with who the others are.
  ///
  /// - Parameter group: such as " of bracket 1".
  func standing(others group: String = "") -> String {
    if loss == .infinity { return "at rung \(step) its value was no finite number" }
    let losses = peers.map { goal.loss(of: $0.value) }.sorted()
    var words = "at rung \(step) it had \(TrialEnding.number(value))"
    guard !losses.isEmpty else { return words + ", and no other trial\(group) had been there" }
    let better = losses.count { $0 < loss }
    if losses.count == 1 {
      return words
        + ", and the only other trial\(group) there was \(better == 1 ? "" : "not ")better"
    }
    words +=
      ", and \(better) of \(losses.count) others\(group) "
      + (better == 1 ? "was better" : "were better")
    let middle = losses[losses.count / 2]
    if middle.isFinite {
      words += " (their median \(TrialEnding.number(goal == .minimize ? middle : -middle)))"
    }
    return words
  }
}
