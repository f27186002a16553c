import Engines
import Experimentation
import Foundation
import Optimization

/// The parameters of one booster, made of a point of the search space.
struct TreeSettings: Sendable, Equatable {
  var parameters: [String: String]
  /// Learning rate.
  var eta: Double
  /// Leaves that a tree may have.
  var mostLeaves: Int
  /// Trained on log(1 + label), and predictions turned back.
  var isLogarithmic: Bool
  /// Trained on codes of categories as if they were quantities.
  var ordersCategories: Bool
  /// Most rounds that a trial may take.
  var mostRounds: Int
  /// Rounds without a better value after which a trial ends.
  var patience: Int

  /// Bins of a feature's values; one number for all trials, so that the bins are made once.
  static let bins = 256

  init(_ point: SearchPoint, of problem: LearningProblem, seed: UInt64, threads: Int) {
    let eta = point.number("eta") ?? 0.1
    self.eta = eta
    mostLeaves = max(point.number("max_leaves").map { Int($0) } ?? 31, 2)
    let loss = point.word("loss").flatMap(TreeSpace.Loss.init(rawValue:))
    isLogarithmic = loss == .logarithm
    ordersCategories = point.word("categories") == TreeSpace.CategorySplit.order.rawValue
    patience = min(max(Int(2.5 / eta), 15), 120)
    mostRounds = max(3000 / max((problem.classCount ?? 2) / 2, 1), 150)

    var parameters = [
      "booster": "gbtree", "tree_method": "hist", "grow_policy": "lossguide", "max_depth": "0",
      "max_bin": String(Self.bins), "nthread": String(threads), "verbosity": "0",
      // XGBoost's seed is a 32-bit number.
      "seed": String(seed % 0x7fff_ffff), "eta": eta.description,
      // Its random numbers belong to a thread, and folds change threads between rounds.
      "seed_per_iteration": "true",
    ]
    for name in [
      "max_leaves", "min_child_weight", "subsample", "colsample_bytree", "colsample_bynode",
      "reg_lambda", "reg_alpha", "max_cat_to_onehot",
    ] {
      if let value = point[name] { parameters[name] = value.text }
    }
    switch problem.classCount {
    case nil: parameters["objective"] = Self.objective(loss, metric: problem.metric)
    case 2?: parameters["objective"] = "binary:logistic"
    case let count?:
      parameters["objective"] = "multi:softprob"
      parameters["num_class"] = String(count)
    }
    parameters["eval_metric"] = Self.curve(of: problem, isLogarithmic: isLogarithmic)
    if let balance = point.number("balance"), balance > 0 {
      let counts = LearningTarget.counts(of: problem.labels, classCount: 2)
      let ratio = Double(max(counts[0], 1)) / Double(max(counts[1], 1))
      parameters["scale_pos_weight"] = pow(ratio, balance).description
    }
    self.parameters = parameters
  }

  /// The parameters in a fixed order, as the engine takes them.
  var ordered: [(String, String)] { parameters.sorted { $0.key < $1.key } }

  /// What decides which matrix a booster is trained on.
  struct Layout: Hashable {
    var isLogarithmic: Bool
    var ordersCategories: Bool
  }

  var layout: Layout { Layout(isLogarithmic: isLogarithmic, ordersCategories: ordersCategories) }

  /// The features as the booster sees them.
  func engineFeatures(_ features: FeatureMatrix) -> FeatureMatrix {
    ordersCategories ? features.ordered : features
  }

  /// The label as the booster sees it.
  func engineLabel(_ label: Double) -> Float { Float(isLogarithmic ? log1p(label) : label) }

  /// The number that the booster's value stands for.
  func number(_ value: Float) -> Double { isLogarithmic ? expm1(Double(value)) : Double(value) }

  private static func objective(_ loss: TreeSpace.Loss?, metric: MetricName) -> String {
    switch loss ?? (metric == .mae || metric == .mape ? .absolute : .squared) {
    case .absolute: "reg:absoluteerror"
    case .squared: "reg:squarederror"
    case .logarithm: metric == .rmse || metric == .r2 ? "reg:squarederror" : "reg:absoluteerror"
    }
  }

  /// XGBoost's metric that is followed round by round: smooth, and near to the one asked for.
  private static func curve(of problem: LearningProblem, isLogarithmic: Bool) -> String {
    switch problem.classCount {
    case nil:
      switch problem.metric {
      case .mae: return "mae"
      case .mape: return isLogarithmic ? "mae" : "mape"
      default: return "rmse"
      }
    case 2?: return problem.metric == .auc ? "auc" : "logloss"
    default: return "mlogloss"
    }
  }

  /// Names what the followed metric measures: trials of another objective are not comparable.
  var curve: String {
    "\(parameters["eval_metric"] ?? "") \(parameters["objective"] ?? "") \(isLogarithmic)"
  }

  /// Whether the followed metric is better when larger.
  var curveGoal: OptimizationGoal { parameters["eval_metric"] == "auc" ? .maximize : .minimize }
}
