internal import API
internal import Basics
internal import JobProtocol
internal import Optimization

extension StudyWire {
  /// The study as analyses take it.
  ///
  /// - Throws: `search_space_invalid` where a later version wrote its space.
  func told() throws -> ToldStudy {
    try ToldStudy(
      space: space.map { json throws(OptimizationError) in try SearchSpace(json: json) },
      goals: (goals ?? [goal]).map { OptimizationGoal(rawValue: $0) ?? .minimize },
      sampler: sampler, pruner: pruner, seed: seed, budget: budget,
      trials: (trials ?? []).map(TrialReport.init),
      warmStart: (warmStart ?? []).compactMap { origin in
        Identifier(origin.study).map { WarmStart.Origin(study: $0, trial: origin.trial) }
      })
  }

  /// A name for each goal.
  var metricNames: [String] {
    let count = goals?.count ?? 1
    if let metrics, metrics.count == count { return metrics }
    return [metric] + (1..<max(count, 1)).map { "value \($0 + 1)" }
  }

  /// What is wanted: `minimize loss`, or all of several goals.
  var aim: String {
    zip(goals ?? [goal], metricNames).map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// The place of a goal that is named, or numbered from 1; nil: nobody asks for one.
  func goal(_ word: String?) throws -> Int? {
    guard let word else { return nil }
    let names = metricNames
    if let place = names.firstIndex(of: word) { return place }
    if let number = Int(word), names.indices.contains(number - 1) { return number - 1 }
    throw CLIError(
      .usage, "The study \(id) has no goal \(visible(word)).",
      hint: "Its goals are " + names.joined(separator: ", ") + ".")
  }

  /// The trial of that number, or nil.
  func trial(_ number: Int) -> Trial? { trials?.first { $0.number == number } }
}

extension TrialReport {
  init(_ trial: StudyWire.Trial) {
    self.init(
      number: trial.number, outcome: Outcome(rawValue: trial.outcome) ?? .failed,
      parameters: trial.parameters, value: trial.value, steps: trial.steps,
      startedAtMs: trial.startedAtMs, endedAtMs: trial.endedAtMs, message: trial.message)
    values = trial.values
    errors = trial.standardErrors
    constraints = trial.constraints
    attributes = trial.userAttributes
    enqueued = trial.enqueued.map { String(decoding: $0.encoded(), as: UTF8.self) }
    promotion = trial.promotion.map {
      TrialPromotion(trial: $0.trial, rung: $0.rung, better: $0.better, seen: $0.seen)
    }
  }
}

extension FactoryCommand {
  /// A study with its trials, by its identifier or its name.
  func study(_ word: String) async throws -> StudyWire {
    let id = try await studyIdentifier(word)
    return try await connection().get("/api/v1/studies/\(FactoryClient.escaped(id))")
  }

  /// The identifier of a study that is named by it or by its name.
  func studyIdentifier(_ word: String) async throws -> String {
    guard Identifier<StudySummary>(word) == nil else { return word }
    let list: StudyListWire = try await connection().get("/api/v1/studies?limit=1000")
    return try list.identifier(named: word)
  }
}

extension StudyListWire {
  /// The identifier of the one study of a name.
  func identifier(named name: String) throws -> String {
    let named = studies.filter { $0.name == name }
    guard let first = named.first else {
      throw CLIError(
        .notFound, "No study has the identifier or the name \(visible(name)).",
        hint: nearestWord(to: name, among: studies.map(\.name)).map { "Did you mean \($0)?" }
          ?? "`aifactory studies list` shows the newest.")
    }
    guard named.count == 1 else {
      throw CLIError(
        .usage, "\(named.count) studies have the name \(visible(name)).",
        hint: "Say which one by its identifier; the newest is \(first.id).")
    }
    return first.id
  }
}
