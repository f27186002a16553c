/// Decides whether a running trial is worth its further steps.
public protocol Pruner: Sendable {
  /// The steps at which the pruner wants to be asked, rising, up to `limit`.
  func rungs(upTo limit: Int) -> [Int]

  /// Whether a trial with `value` at the rung `step` should stop, given the values that earlier trials had there.
  func shouldPrune(value: Double, at step: Int, peers: [Double], goal: OptimizationGoal) -> Bool
}

/// Never stops a trial.
public struct NoPruner: Pruner {
  /// It has no settings.
  public init() {}

  /// None.
  public func rungs(upTo limit: Int) -> [Int] { [] }

  /// Never.
  public func shouldPrune(
    value: Double, at step: Int, peers: [Double], goal: OptimizationGoal
  ) -> Bool { false }
}

/// The pruners by the names of the workflow file.
public enum PrunerName: String, Sendable, CaseIterable {
  case successiveHalving = "successive_halving"
  case none

  /// The pruner with its default settings.
  public var pruner: any Pruner {
    switch self {
    case .successiveHalving: return SuccessiveHalvingPruner()
    case .none: return NoPruner()
    }
  }

  /// The name in the workflow file, or an error that says which names exist.
  public init(parsing word: String) throws(OptimizationError) {
    guard let name = PrunerName(rawValue: word) else {
      throw OptimizationError(
        code: .unknownPruner, message: "there is no pruner \(word)",
        hint: "use one of: " + PrunerName.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = name
  }
}
