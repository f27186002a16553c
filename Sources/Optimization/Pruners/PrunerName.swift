/// The pruners by the names of the workflow file.
public enum PrunerName: Sendable, Hashable, CaseIterable {
  case successiveHalving, asha, hyperband, median, percentile, patience, none
  /// `threshold LOWER..UPPER`, one of which may be missing: `threshold ..10`.
  case threshold(ClosedRange<Double>)

  /// Every name, of the threshold an example.
  public static let allCases: [PrunerName] = [
    .successiveHalving, .asha, .hyperband, .median, .percentile, .patience, .threshold(0...10),
    .none,
  ]

  /// Reads a name as it stands in a workflow file; nil if there is none like it.
  public init?(rawValue: String) {
    if let range = Self.range(rawValue) {
      self = .threshold(range)
    } else if let known = Self.allCases.first(where: { $0.rawValue == rawValue }) {
      self = known
    } else {
      return nil
    }
  }

  /// The name as it stands in a workflow file.
  public var rawValue: String {
    switch self {
    case .successiveHalving: "successive_halving"
    case .asha: "asha"
    case .hyperband: "hyperband"
    case .median: "median"
    case .percentile: "percentile"
    case .patience: "patience"
    case .threshold(let range):
      "threshold " + Self.end(range.lowerBound) + ".." + Self.end(range.upperBound)
    case .none: "none"
    }
  }

  /// The pruner with its default settings.
  public var pruner: any Pruner {
    switch self {
    case .successiveHalving, .asha: return SuccessiveHalvingPruner()
    case .hyperband: return HyperbandPruner()
    case .median: return PercentilePruner.median
    case .percentile: return PercentilePruner(percentile: 25)
    case .patience: return PatiencePruner()
    case .threshold(let range): return ThresholdPruner(range: range)
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

  private static func range(_ word: String) -> ClosedRange<Double>? {
    let parts = word.split(separator: " ")
    guard parts.count == 2, parts[0] == "threshold", let dots = parts[1].firstRange(of: "..")
    else { return nil }
    let (lower, upper) = (parts[1][..<dots.lowerBound], parts[1][dots.upperBound...])
    guard !(lower.isEmpty && upper.isEmpty),
      let low = lower.isEmpty ? -.infinity : Double(lower),
      let high = upper.isEmpty ? .infinity : Double(upper),
      low < high, low.isFinite || lower.isEmpty, high.isFinite || upper.isEmpty
    else { return nil }
    return low...high
  }

  private static func end(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
