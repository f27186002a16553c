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
  }
}

extension FactoryCommand {
  /// A study with its trials.
  func study(_ id: String) async throws -> StudyWire {
    try await connection().get("/api/v1/studies/\(FactoryClient.escaped(id))")
  }
}
