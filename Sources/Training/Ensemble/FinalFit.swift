import Engines
import Optimization

/// A model of the final ensemble.
struct FittedMember {
  enum Model {
    case trees(XGBoostBooster, isLogarithmic: Bool)
    case linear(LinearModel)
  }

  /// Number of the trial; nil for the linear model.
  var trial: Int?
  var weight: Double
  var model: Model
}

/// Chooses the ensemble on the validation rows and trains its members on all rows.
///
/// Members are trained anew on training and validation rows together: more rows of the same kind
/// make a better model (Hastie, Tibshirani & Friedman 2009, §7.10), and with the number of rounds
/// known no row has to be held out. What is measured and the interval come from the validation
/// rows' predictions before, which no member had seen.
struct FinalFit {
  let problem: LearningProblem
  /// Features of all rows, of the pipeline that goes into the package.
  let features: FeatureMatrix
  let library: XGBoostLibrary
  let seed: UInt64
  let threads: Int
  let latencyBoundMs: Double

  /// What was chosen.
  struct Choice {
    /// Places in the trials, or nil for the linear model, with weights that add up to 1.
    var members: [(trial: SearchedTrial?, weight: Double)]
    /// Of the ensemble, for the plan's validation rows.
    var predictions: [Double]
  }

  /// Milliseconds a tree and row: measured on one core with deep trees, and rounded up.
  private static let treeMs = 0.0004
  /// Most trials that are considered.
  private static let mostCandidates = 30

  /// Chooses members and weights.
  func choose(_ trials: [SearchedTrial], linear: LinearBaseline?) -> Choice {
    let goal = problem.goal
    let known = trials.filter { !$0.predictions.isEmpty }
      .sorted {
        ($0.value, $1.number) != ($1.value, $0.number) && goal.isBetter($0.value, than: $1.value)
      }
      .prefix(Self.mostCandidates)
    let trees = Double(problem.outputCount > 2 ? problem.outputCount : 1) * Self.treeMs
    var candidates = known.map {
      GreedyEnsemble.Candidate(
        predictions: $0.predictions, latencyMs: Double(rounds(of: $0)) * trees)
    }
    var sources = known.map { Optional($0) }
    if let linear {
      let latency = Double(problem.features.columnCount * problem.outputCount) * 1e-5
      candidates.append(.init(predictions: linear.predictions, latencyMs: latency))
      sources.append(nil)
    }
    let rows = problem.plan.validationRows
    let chosen = GreedyEnsemble(goal: goal, latencyBoundMs: latencyBoundMs)
      .choose(from: candidates) { problem.score($0, rows: rows) }
    var predictions = [Double](repeating: 0, count: candidates.first?.predictions.count ?? 0)
    for (candidate, weight) in chosen {
      let own = candidates[candidate].predictions
      for place in predictions.indices { predictions[place] += weight * own[place] }
    }
    return Choice(
      members: chosen.map { (sources[$0.candidate], $0.weight) }, predictions: predictions)
  }

  /// Trains the members on all rows.
  func fit(
    _ choice: Choice, linear: LinearModel?, onMember: (Int) -> Void = { _ in }
  ) throws -> [FittedMember] {
    var matrices: [Bool: XGBoostMatrix] = [:]
    return try choice.members.enumerated().compactMap { place, member in
      defer { onMember(place) }
      guard let trial = member.trial else {
        return linear.map {
          FittedMember(trial: nil, weight: member.weight, model: .linear($0))
        }
      }
      let settings = TreeSettings(
        trial.point, of: problem, seed: TreeSearch.seed(seed, trial.number), threads: threads)
      let matrix =
        try matrices[settings.isLogarithmic]
        ?? XGBoostMatrix(
          library: library, features: features, labels: problem.labels.map(settings.engineLabel),
          threads: threads)
      matrices[settings.isLogarithmic] = matrix
      let booster = try XGBoostBooster(
        library: library, parameters: settings.ordered, matrices: [matrix])
      try booster.train(matrix, rounds: rounds(of: trial))
      return FittedMember(
        trial: trial.number, weight: member.weight,
        model: .trees(booster, isLogarithmic: settings.isLogarithmic))
    }
  }

  /// Rounds on all rows: half of the share by which they are more is added, as more rows bear more trees.
  func rounds(of trial: SearchedTrial) -> Int {
    let trained = problem.plan.folds.map(\.training.count).reduce(0, +)
    let mean = Double(trained) / Double(max(problem.plan.folds.count, 1))
    let growth = Double(problem.rowCount) / max(mean, 1) - 1
    return max(Int((Double(trial.rounds) * (1 + 0.5 * growth)).rounded()), 1)
  }
}
