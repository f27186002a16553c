/// The pruners by the names of the workflow file.
public enum PrunerName: String, Sendable, CaseIterable {
  case successiveHalving = "successive_halving"
  case asha, hyperband, median, percentile, patience, none

  /// The pruner with its default settings.
  public var pruner: any Pruner {
    switch self {
    case .successiveHalving, .asha: return SuccessiveHalvingPruner()
    case .hyperband: return HyperbandPruner()
    case .median: return PercentilePruner.median
    case .percentile: return PercentilePruner(percentile: 25)
    case .patience: return PatiencePruner()
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
