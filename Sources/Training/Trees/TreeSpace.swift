import DataPipelines
import Engines
import Experimentation
import Foundation
import Optimization

/// What is searched about boosted trees, and the settings that are good on most tables.
///
/// Names are XGBoost's own where the value is passed on as it is. Trees grow leaf by leaf; the
/// ranges follow those of FLAML (Wang et al. 2021) and of Gorishniy et al. 2021.
struct TreeSpace: Sendable {
  var space: SearchSpace
  /// Tried in this order before the sampler decides; the first is the first deployable model.
  var initialPoints: [SearchPoint]
  /// Where the last initial points are from.
  private(set) var origins: [WarmStart.Origin] = []

  /// Losses of a regression by the word in the search space.
  enum Loss: String { case squared, absolute, logarithm }

  /// How trees split a category, by the word in the search space.
  enum CategorySplit: String, CaseIterable {
    /// By sets of its values.
    case sets
    /// By the order of its codes, as quantities are: less to choose from, so that few rows overfit less.
    case order
  }

  init(_ problem: LearningProblem) throws {
    let rows = problem.plan.folds.map(\.training.count).min() ?? problem.rowCount
    let mostLeaves = min(max(rows / 10, 8), 1024)
    var parameters = [
      SearchParameter("eta", .float(low: 0.02, high: 0.4, log: true)),
      SearchParameter("max_leaves", .int(low: 4, high: mostLeaves, log: true)),
      SearchParameter("min_child_weight", .float(low: 1e-3, high: 64, log: true)),
      SearchParameter("subsample", .float(low: 0.5, high: 1)),
      SearchParameter("colsample_bytree", .float(low: 0.3, high: 1)),
      SearchParameter("colsample_bynode", .float(low: 0.1, high: 1)),
      SearchParameter("reg_lambda", .float(low: 1e-3, high: 100, log: true)),
      SearchParameter("reg_alpha", .float(low: 1e-4, high: 10, log: true)),
    ]
    if problem.features.types.contains(.category) {
      let words = CategorySplit.allCases.map(\.rawValue)
      parameters.append(SearchParameter("categories", .categorical(words)))
      parameters.append(
        SearchParameter(
          "max_cat_to_onehot", .int(low: 1, high: 64, log: true),
          when: .init(parent: "categories", values: [CategorySplit.sets.rawValue])))
    }
    let losses = Self.losses(of: problem)
    if losses.count > 1 {
      parameters.append(SearchParameter("loss", .categorical(losses.map(\.rawValue))))
    }
    if Self.isImbalanced(problem) {
      // The exponent of the classes' ratio: 0 leaves the weights alone, 1 balances the classes.
      parameters.append(SearchParameter("balance", .float(low: 0, high: 1)))
    }
    space = try SearchSpace(parameters)
    initialPoints = Self.points(
      rows: rows, columns: problem.features.columnCount, losses: losses,
      outputs: problem.outputCount > 2 ? problem.outputCount : 1)
  }

  /// The space with the best points of earlier studies after its own first ones.
  ///
  /// - Throws: `search_trials_missing` where they have nothing to give, or other goals.
  func after(_ earlier: [EarlierStudy], goal: OptimizationGoal) throws -> TreeSpace {
    guard !earlier.isEmpty else { return self }
    let start = try WarmStart(told(), from: earlier.compactMap(\.source), goals: [goal])
    var space = self
    space.initialPoints = start.space.initialPoints
    space.origins = start.origins
    return space
  }

  /// The space with the points that are tried first, as others are told of it.
  func told() throws -> SearchSpace {
    try SearchSpace(space.parameters, initialPoints: initialPoints)
  }

  private static func points(
    rows: Int, columns: Int, losses: [Loss], outputs: Int
  ) -> [SearchPoint] {
    // A round of several classes is that many trees: they learn faster, from smaller trees.
    let pace = outputs > 2 ? 3.0 : 1.0
    func point(
      eta: Double, leaves: Int, child: Double, rows: Double, columns: Double, nodes: Double = 1,
      lambda: Double, alpha: Double = 1e-4, split: CategorySplit = .sets, loss: Loss? = nil
    ) -> SearchPoint {
      var point = SearchPoint([
        "eta": .float(min(eta * pace, 0.3)), "max_leaves": .int(leaves),
        "min_child_weight": .float(child),
        "subsample": .float(rows), "colsample_bytree": .float(columns),
        "colsample_bynode": .float(nodes), "reg_lambda": .float(lambda),
        "reg_alpha": .float(alpha), "categories": .category(split.rawValue),
        "max_cat_to_onehot": .int(4), "balance": .float(0),
      ])
      if let loss { point["loss"] = .category(loss.rawValue) }
      return point
    }
    let first = losses.first
    var points = [
      outputs > 2
        ? point(eta: 0.1, leaves: 8, child: 1, rows: 0.9, columns: 0.9, nodes: 0.4, lambda: 1)
        : point(eta: 0.1, leaves: 31, child: 1, rows: 0.9, columns: 0.9, lambda: 1, loss: first),
      point(
        eta: 0.05, leaves: 15, child: 4, rows: 0.8, columns: 0.7, nodes: 0.7, lambda: 3,
        split: .order, loss: first),
      point(
        eta: 0.05, leaves: 96, child: 2, rows: 0.8, columns: 0.7, nodes: 0.5, lambda: 1,
        loss: first),
      point(
        eta: 0.1, leaves: 6, child: 1, rows: 0.9, columns: 0.6, lambda: 1, split: .order,
        loss: first),
    ]
    if outputs > 2 {
      // Small trees that see few columns each, as those of random forests do (Breiman 2001).
      points.insert(
        point(
          eta: 0.1, leaves: 6, child: 1e-3, rows: 0.6, columns: 1,
          nodes: max(1 / Double(max(columns, 1)).squareRoot(), 0.1), lambda: 0.01), at: 1)
    }
    if rows >= 1500 {
      // Tables whose rows have close neighbors reward trees that tell nearly every row apart.
      points.append(
        point(
          eta: 0.06, leaves: 512, child: 0.5, rows: 0.8, columns: 0.8, nodes: 0.4, lambda: 0.5,
          loss: first))
    }
    for loss in losses.dropFirst() {
      points.insert(
        point(eta: 0.1, leaves: 31, child: 1, rows: 0.9, columns: 0.9, lambda: 1, loss: loss),
        at: 1)
    }
    return points
  }

  /// The losses worth trying: that of the metric, and the logarithm for skewed positive targets.
  private static func losses(of problem: LearningProblem) -> [Loss] {
    guard problem.classCount == nil else { return [] }
    var losses: [Loss] =
      switch problem.metric {
      case .mae: [.absolute, .squared]
      case .mape: [.absolute]
      default: [.squared]
      }
    let labels = problem.labels
    if let least = labels.min(), least >= 0, skewness(of: labels) > 1 { losses.append(.logarithm) }
    return losses
  }

  /// The third standardized moment; 0 for constant numbers.
  static func skewness(of values: [Double]) -> Double {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    var (second, third) = (0.0, 0.0)
    for value in values {
      let distance = value - mean
      second += distance * distance
      third += distance * distance * distance
    }
    guard second > 0 else { return 0 }
    return third / count / pow(second / count, 1.5)
  }

  /// Whether one class of two is rare and the metric looks at decisions rather than probabilities.
  private static func isImbalanced(_ problem: LearningProblem) -> Bool {
    guard problem.classCount == 2 else { return false }
    switch problem.metric {
    case .balancedAccuracy, .f1, .f1Macro, .recall, .auc:
      let counts = LearningTarget.counts(of: problem.labels, classCount: 2)
      return Double(counts.min() ?? 0) < 0.25 * Double(problem.rowCount)
    default: return false
    }
  }
}
