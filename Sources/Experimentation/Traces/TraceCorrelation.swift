import Foundation

/// How often two properties are found together, and what that says of them.
public struct TraceCorrelation: Sendable, Equatable {
  /// Traces with the first property.
  public var first: Int64
  /// Traces with the second property.
  public var second: Int64
  /// Traces with both.
  public var both: Int64
  /// All traces that were looked at.
  public var all: Int64

  /// Normalized pointwise mutual information (Bouma 2009, §3): from -1, never together, over 0,
  /// independent, to 1, always together; nil where one of the two is never found.
  public var npmi: Double? {
    guard isDefined else { return nil }
    return both == 0 ? -1 : npmi(adding: 0)
  }

  /// The same with half an observation more in each cell (Jeffreys' prior), which says less of few.
  public var smoothedNPMI: Double? { isDefined ? npmi(adding: 0.5) : nil }

  private var isDefined: Bool { all > 0 && first > 0 && second > 0 }

  private func npmi(adding prior: Double) -> Double {
    // Both properties always: the limit of a quotient of zeros.
    if both == all { return 1 }
    let (together, total) = (Double(both) + prior, Double(all) + 4 * prior)
    let (one, other) = (Double(first) + 2 * prior, Double(second) + 2 * prior)
    let information = log(together) + log(total) - log(one) - log(other)
    return max(-1, min(1, information / (log(total) - log(together))))
  }
}
