import Basics
import Foundation
import JobProtocol

/// Why a sampler chose a point.
enum PointReason {
  typealias Reason = (origin: TrialExplanation.Origin, sentence: String)

  /// The reason for a trial's point, found by asking again what was asked then.
  static func of(
    _ point: SearchPoint, in history: SearchHistory, study: ToldStudy, number: Int,
    enqueued: String? = nil
  ) -> Reason {
    if let enqueued { return (.enqueued, wanted(enqueued, point)) }
    let initial = study.space.initialPoints
    if initial.indices.contains(number), initial[number] == point {
      let place = number - (initial.count - study.warmStart.count)
      let origin =
        study.warmStart.indices.contains(place)
        ? " It was among the best of an earlier study: trial \(study.warmStart[place].trial) of "
          + "\(study.warmStart[place].study)." : ""
      return (
        .initial,
        "It is initial point \(number + 1) of \(initial.count), tried before the sampler decides."
          + origin
      )
    }
    if let promotion = study.trial(number)?.promotion {
      return (.promotion, words(of: promotion))
    }
    guard let name = SamplerName(rawValue: study.sampler) else {
      return (
        .other, "A sampler of \(study.sampler) chose it, which cannot be asked again."
      )
    }
    guard study.isSpaceKnown else {
      return (
        .other, "The study's search space was not kept, so its sampler cannot be asked again."
      )
    }
    let isWhole = history.trials.count == number
    let observed = history.observed
    var random = observed.nextRandom
    let pruner = PrunerName(rawValue: study.pruner) ?? PrunerName.none
    guard isWhole, name.sampler(beside: pruner).point(for: observed, using: &random) == point else {
      return (
        .other,
        isWhole
          ? "The sampler \(name.rawValue), asked again with what is known now, chooses another point: "
            + "this one was given to the study, or the sampler knew something else then, such as other "
            + "running trials or less of the space."
          : "Trials before it are not known, so the sampler cannot be asked again."
      )
    }
    return reason(name, point, observed, pruner: pruner)
  }

  private static func words(of promotion: TrialPromotion) -> String {
    let better = promotion.better == 1 ? "1 was" : "\(promotion.better) were"
    return
      "It is the point of trial \(promotion.trial), trained again because by then it was among the best "
      + "third at rung \(promotion.rung), where it had been stopped: of \(promotion.seen) trials seen there "
      + "\(better) better."
  }

  private static func reason(
    _ name: SamplerName, _ point: SearchPoint, _ history: SearchHistory, pruner: PrunerName
  ) -> Reason {
    let ended = history.trials.count(where: \.state.isFinished)
    switch name {
    case .automatic:
      let choice = AutomaticSampler(beside: pruner).choice(for: history)
      let chosen = reason(choice.name, point, history, pruner: pruner)
      return (
        chosen.origin,
        "auto chose \(choice.name.rawValue), because \(choice.reason). " + chosen.sentence
      )
    case .random: return (.sampler, "It is an even draw; earlier trials have no say.")
    case .sobol:
      return (
        .sampler,
        "It is point \(history.nextNumber + 1) of a quasi-random sequence; earlier trials have no "
          + "say."
      )
    case .grid:
      return (.sampler, "It is combination \(GridSampler.place(in: history) + 1) of the grid.")
    case .tpe: return parzen(point, history, ended: ended, pruner: pruner)
    case .gaussianProcess: return belief(point, history, ended: ended)
    case .cmaes:
      return (
        .sampler,
        "CMA-ES drew it from its normal distribution, which each generation of ended trials moves and "
          + "turns; \(Self.trials(ended)) had ended."
      )
    case .begunCMAES:
      return reason(BegunCMAESSampler().name(for: history), point, history, pruner: pruner)
    case .nsga2: return (.sampler, bred("NSGA-II", history, size: NSGA2Sampler().size(history)))
    case .nsga3:
      return (.sampler, bred("NSGA-III", history, size: NSGA3Sampler().survival(history).size))
    }
  }

  private static func bred(_ name: String, _ history: SearchHistory, size: Int) -> String {
    let known = Generations.trials(history, size: size)
    guard known > 0 else { return "\(name) drew it at random, for its first generation." }
    return "\(name) bred it from the survivors of its first \(known) trials, "
      + (known == size ? "a generation." : "\(known / size) generations.")
  }

  /// What somebody wanted tried, and what was filled in.
  private static func wanted(_ text: String, _ point: SearchPoint) -> String {
    // What is no JSON was written by another program.
    let json = try? JSONValue(parsing: Array(text.utf8), acceptsPythonNumbers: true)
    let members = json?.objectValue ?? []
    let values = members.sorted { $0.key < $1.key }.map { member in
      let value = ParameterValue(json: member.value)?.text
      return "\(member.key) = "
        + (value ?? String(decoding: member.value.encoded(), as: UTF8.self))
    }
    let others = point.values.keys.count { name in !members.contains { $0.key == name } }
    let rest =
      others == 0
      ? "" : " The other \(others == 1 ? "value was" : "\(others) values were") filled in."
    return "Somebody enqueued it" + (values.isEmpty ? "." : ", with \(listed(values)).") + rest
  }

  private static func trials(_ count: Int) -> String { count == 1 ? "1 trial" : "\(count) trials" }

  private static func parzen(
    _ point: SearchPoint, _ history: SearchHistory, ended: Int, pruner: PrunerName = .none
  ) -> Reason {
    let sampler = TPESampler(beside: pruner)
    let preferences = sampler.preferences(for: point, in: history)
    guard !preferences.isEmpty else {
      return (
        .startup,
        "TPE drew it at random: \(Self.trials(ended)) had ended, and it begins to learn at "
          + "\(max(sampler.startupTrials, 2))."
      )
    }
    let sentences = preferences.map { preference in
      let ratio = exp(min(preference.logRatio, 700))
      let times =
        ratio >= 100
        ? "more than 100 times as likely" : String(format: "%.1f times as likely", ratio)
      let leaders = listed(preference.leaders.map { "\($0)" })
      let isOne = preference.leaders.count == 1
      return
        (preference.parameters.count == 1 ? "Its value of " : "Its values of ")
        + listed(preference.parameters)
        + (preference.parameters.count == 1 ? " is " : " are ")
        + times + (isOne ? " beside the best trial" : " among the best trials")
        + " (\(leaders)) as "
        + (preference.otherCount == 1
          ? "beside the other one." : "among the other \(preference.otherCount).")
    }
    return (.sampler, sentences.joined(separator: " "))
  }

  private static func belief(
    _ point: SearchPoint, _ history: SearchHistory, ended: Int
  ) -> Reason {
    let sampler = GaussianProcessSampler()
    guard history.goals.count == 1 else { return parzen(point, history, ended: ended) }
    guard let belief = sampler.belief(about: point, in: history) else {
      if history.trials.isEmpty, point == history.space.middle {
        return (.startup, "It is the middle of all ranges, where the Gaussian process begins.")
      }
      let isReady =
        BeliefData(history, most: sampler.mostTrials, atLeast: sampler.startupTrials) != nil
      if isReady, let lacking = BranchStart.lacking(history) {
        return (
          .startup,
          "It is quasi-random, in the branch of the space that has \(lacking.name): few trials "
            + "had been there."
        )
      }
      return (
        .startup,
        "It is quasi-random: \(Self.trials(ended)) had ended, and the Gaussian process needs "
          + "\(sampler.startupTrials) with different values."
      )
    }
    let kept = belief.chance.map {
      " It gave the constraints a chance of \(String(format: "%.0f", $0 * 100)) % to be kept."
    }
    guard let best = belief.best else {
      return (
        .sampler,
        "No trial had kept all constraints yet, so the Gaussian process looked for where they are kept."
          + (kept ?? "")
      )
    }
    let gain = best - belief.mean
    let chance = NormalDistribution.share(below: gain / max(belief.deviation, 1e-12))
    let expected = String(format: "%.2g", abs(gain)) + " standard deviations "
    return (
      .sampler,
      "The Gaussian process gave it a chance of \(String(format: "%.0f", chance * 100)) % to be "
        + "better than the best that it knew: expected \(expected)"
        + (gain >= 0 ? "better" : "worse")
        + ", give or take \(String(format: "%.2g", belief.deviation))." + (kept ?? "")
    )
  }

  /// Some words in a row; many are cut.
  private static func listed(_ words: [String]) -> String {
    words.count <= 6
      ? words.joined(separator: ", ")
      : words.prefix(5).joined(separator: ", ") + " and \(words.count - 5) more"
  }
}
