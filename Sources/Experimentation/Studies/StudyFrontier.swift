import JobProtocol
public import Optimization

/// What a search with several goals came to: the trials that no other beats in every goal.
public struct StudyFrontier: Sendable {
  /// A name for each goal.
  let metrics: [String]
  let goals: [OptimizationGoal]
  /// All completed trials with a finite value for each goal that broke no constraint, in number order.
  let trials: [Member]
  /// Those that broke one.
  let infeasible: [Member]
  /// Those on the frontier, the best by the first goal first.
  let members: [Member]
  /// How much each parameter decided, for each goal; nil where the trials are too few.
  let importances: [ParameterImportance?]

  /// A completed trial.
  struct Member: Sendable {
    var number: Int
    var values: [Double]
    var parameters: [String: String]
  }

  /// - Parameter metrics: a name for each goal of the study.
  public init(_ study: ToldStudy, metrics: [String]) {
    self.metrics = metrics
    goals = study.goals
    func member(_ trial: TrialReport) -> Member? {
      guard let values = trial.values, values.count == study.goals.count,
        values.allSatisfy(\.isFinite)
      else { return nil }
      return Member(number: trial.number, values: values, parameters: trial.parameters)
    }
    trials = study.trials.filter { !$0.isInfeasible }.compactMap(member)
    infeasible = study.trials.filter { $0.isInfeasible }.compactMap(member)
    let goal = study.goals[0]
    members = study.frontier.compactMap(member).sorted { one, other in
      let (left, right) = (goal.loss(of: one.values[0]), goal.loss(of: other.values[0]))
      return left != right ? left < right : one.number < other.number
    }
    let history = study.history
    importances = study.goals.indices.map { goal in
      // Too few trials to learn from: the page is shorter, not wrong.
      try? ParameterImportance(of: history, goal: goal, seed: study.seed)
    }
  }

  /// What is wanted of all goals, such as `minimize loss and maximize accuracy`.
  var words: String {
    zip(goals, metrics).map { "\($0.rawValue) \($1)" }.joined(separator: " and ")
  }
}
