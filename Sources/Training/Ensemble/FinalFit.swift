import Basics
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

/// Chooses the ensemble on the validation rows and trains its members for good.
///
/// Members are trained anew on training and validation rows together: more rows of the same kind
/// make a better model (Hastie, Tibshirani & Friedman 2009, §7.10), and with the number of rounds
/// known no row has to be held out. Where rows are few the models of a trial's folds are the
/// member instead. What is measured and the interval come from the validation rows' predictions
/// before, by models that had not seen these rows.
///
/// Time that is left goes into models of other seeds beside each member: the mean of models that
/// differ by chance alone varies less (Breiman 1996).
struct FinalFit {
  let problem: LearningProblem
  /// Features of all rows, of the pipeline that goes into the package.
  let features: FeatureMatrix
  let library: XGBoostLibrary
  /// Those that the trials were trained on.
  let folds: ParallelFolds
  let foldThreads: Int
  let seed: UInt64
  let threads: Int
  let latencyBoundMs: Double
  /// Where rows are in order of time: the newest are taken where not all are.
  var isInOrder = false
  /// Milliseconds until it must be done; nil without a bound in time.
  var leftMs: () -> Double? = { nil }

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
  /// Most models of one member; each further one helps less.
  private static let mostCopies = 5
  /// Milliseconds that are left for writing the package.
  private static let writingMs = 500.0

  /// Chooses members and weights.
  ///
  /// - Parameter trials: best first.
  func choose(_ trials: [SearchedTrial], linear: LinearBaseline?) -> Choice {
    let known = trials.filter { !$0.predictions.isEmpty }.prefix(Self.mostCandidates)
    let copies = problem.keepsFolds ? problem.plan.folds.count : 1
    let trees = Double((problem.outputCount > 2 ? problem.outputCount : 1) * copies) * Self.treeMs
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
    let chosen = GreedyEnsemble(goal: problem.goal, latencyBoundMs: latencyBoundMs)
      .choose(from: candidates) { problem.score($0, rows: rows) }
    return Choice(
      members: chosen.map { (sources[$0.candidate], $0.weight) },
      predictions: Self.mean(chosen.map { (candidates[$0.candidate].predictions, $0.weight) }))
  }

  private static func mean(_ members: [(predictions: [Double], weight: Double)]) -> [Double] {
    var mean = [Double](repeating: 0, count: members.first?.predictions.count ?? 0)
    for (predictions, weight) in members {
      for place in mean.indices { mean[place] += weight * predictions[place] }
    }
    return mean
  }

  /// The choice, less what there is no time for, and the rows that its trees are fitted on.
  func affordable(_ choice: Choice, linear: LinearBaseline) -> (choice: Choice, rows: [Int]) {
    let all = Array(0..<problem.rowCount)
    guard !problem.keepsFolds else { return (choice, all) }
    let trained = problem.plan.folds.map(\.training.count)
    let budget = FitBudget(
      milliseconds: choice.members.map { $0.trial.map(milliseconds) ?? 0 },
      weights: choice.members.map(\.weight), rowCount: problem.rowCount,
      trialRowCount: min(trained.min() ?? problem.rowCount, problem.rowCount), leftMs: leftMs())
    var kept = choice
    kept.members = budget.members.map { choice.members[$0] }
    if kept.members.count < choice.members.count {
      let total = kept.members.reduce(0) { $0 + $1.weight }
      for place in kept.members.indices { kept.members[place].weight /= total }
      kept.predictions = Self.mean(
        kept.members.map { ($0.trial?.predictions ?? linear.predictions, $0.weight) })
    }
    guard budget.rowCount < problem.rowCount else { return (kept, all) }
    if isInOrder { return (kept, Array(all.suffix(budget.rowCount))) }
    var shuffled = all
    var random = SeededGenerator(seed: seed, stream: 4)
    random.shuffle(&shuffled)
    return (kept, shuffled.prefix(budget.rowCount).sorted())
  }

  /// What a member's fit on all rows will take, from what its trial took.
  private func milliseconds(_ trial: SearchedTrial) -> Double {
    let plan = problem.plan
    let trained = Double(max(plan.folds.map(\.training.count).reduce(0, +), 1))
    let sideBySide = Double(min(folds.width, plan.folds.count))
    return Double(trial.milliseconds) * trial.keptShare * sideBySide
      * Double(problem.rowCount) / trained * Double(rounds(of: trial))
      / Double(max(trial.rounds, 1))
  }

  /// Trains the members, trees on the given rows; then more models of them while time is left.
  ///
  /// - Parameters:
  ///   - onMember: called with the place of each member that is ready.
  ///   - onCopy: called with the number of models that were added.
  func fit(
    _ choice: Choice, rows: [Int], linear: LinearModel?, onMember: (Int) -> Void = { _ in },
    onCopy: (Int) -> Void = { _ in }
  ) throws -> [FittedMember] {
    var matrices: [TreeSettings.Layout: XGBoostMatrix] = [:]
    var members: [[FittedMember]] = []
    var costs: [Double?] = []
    for (place, member) in choice.members.enumerated() {
      let before = leftMs()
      if let trial = member.trial {
        members.append(
          problem.keepsFolds
            ? try foldModels(trial, weight: member.weight)
            : [try model(trial, rows: rows, weight: member.weight, &matrices)])
      } else if let linear {
        members.append([FittedMember(trial: nil, weight: member.weight, model: .linear(linear))])
      } else {
        members.append([])
      }
      costs.append(before.flatMap { before in leftMs().map { before - $0 } })
      onMember(place)
    }
    guard !problem.keepsFolds else { return members.flatMap(\.self) }
    var added = 0
    for copy in 1..<Self.mostCopies {
      for (place, member) in choice.members.enumerated() {
        guard let trial = member.trial, let cost = costs[place], let left = leftMs(),
          left > 1.1 * cost + Self.writingMs,
          latencyMs(of: members, choice) + treeLatencyMs(trial) <= latencyBoundMs
        else { continue }
        members[place].append(
          try model(trial, copy: copy, rows: rows, weight: member.weight, &matrices))
        added += 1
        onCopy(added)
      }
    }
    return members.flatMap { copies in
      copies.map { model in
        var model = model
        model.weight /= Double(copies.count)
        return model
      }
    }
  }

  /// What models that are fitted so far take for a row.
  private func latencyMs(of members: [[FittedMember]], _ choice: Choice) -> Double {
    zip(members, choice.members).reduce(0) { sum, pair in
      sum + Double(pair.0.count) * (pair.1.trial.map(treeLatencyMs) ?? 0)
    }
  }

  /// What one model of a trial takes for a row.
  private func treeLatencyMs(_ trial: SearchedTrial) -> Double {
    Double(rounds(of: trial) * (problem.outputCount > 2 ? problem.outputCount : 1)) * Self.treeMs
  }

  private func settings(_ trial: SearchedTrial, copy: Int = 0, threads: Int) -> TreeSettings {
    // The streams of copies lie beyond those of any number of trials.
    TreeSettings(
      trial.point, of: problem, seed: TreeSearch.seed(seed, trial.number + copy << 32),
      threads: threads)
  }

  /// One model of the rows.
  ///
  /// - Parameter copy: 0 has the seed of the trial, others have their own.
  private func model(
    _ trial: SearchedTrial, copy: Int = 0, rows: [Int], weight: Double,
    _ matrices: inout [TreeSettings.Layout: XGBoostMatrix]
  ) throws -> FittedMember {
    let settings = settings(trial, copy: copy, threads: threads)
    let isAll = rows.count == problem.rowCount
    let matrix =
      try matrices[settings.layout]
      ?? XGBoostMatrix(
        library: library,
        features: settings.engineFeatures(isAll ? features : features.rows(rows)),
        labels: rows.map { settings.engineLabel(problem.labels[$0]) }, threads: threads)
    matrices[settings.layout] = matrix
    let booster = try XGBoostBooster(
      library: library, parameters: settings.ordered, matrices: [matrix])
    try booster.train(matrix, rounds: rounds(of: trial))
    return FittedMember(
      trial: trial.number, weight: weight,
      model: .trees(booster, isLogarithmic: settings.isLogarithmic))
  }

  /// The models that the trial had, one a fold: the same seed and threads give the same trees.
  private func foldModels(_ trial: SearchedTrial, weight: Double) throws -> [FittedMember] {
    let settings = settings(trial, threads: foldThreads)
    try folds.run { fold in
      try fold.begin(settings)
      try fold.advance(to: trial.rounds, settings, isLate: { false })
    }
    let boosters = folds.folds.compactMap { $0.end() }
    return boosters.map {
      FittedMember(
        trial: trial.number, weight: weight / Double(boosters.count),
        model: .trees($0, isLogarithmic: settings.isLogarithmic))
    }
  }

  /// Rounds of a member.
  ///
  /// On all rows half of the share by which they are more is added, as more rows bear more trees.
  func rounds(of trial: SearchedTrial) -> Int {
    if problem.keepsFolds { return trial.rounds }
    let trained = problem.plan.folds.map(\.training.count).reduce(0, +)
    let mean = Double(trained) / Double(max(problem.plan.folds.count, 1))
    let growth = min(Double(problem.rowCount) / max(mean, 1) - 1, 0.5)
    return max(Int((Double(trial.rounds) * (1 + 0.5 * growth)).rounded()), 1)
  }
}
