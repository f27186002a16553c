public import Basics

/// Chooses the next point of a search.
///
/// Pure: state in, point out, randomness as an argument. What an implementation owes (and the
/// contract suite of the tests checks): the point lies in the space; equal arguments give equal
/// points; trials in any state, without values, with equal, infinite or NaN values are all legal.
public protocol Sampler: Sendable {
  /// The next point to try after `trials`, which are in number order.
  func point(
    of space: SearchSpace, after trials: [Trial], goal: OptimizationGoal,
    using random: inout SeededGenerator
  ) -> SearchPoint
}

/// The samplers by the names of the workflow file.
public enum SamplerName: String, Sendable, CaseIterable {
  case tpe, random

  /// The sampler with its default settings.
  public var sampler: any Sampler {
    switch self {
    case .tpe: return TPESampler()
    case .random: return RandomSampler()
    }
  }

  /// The name in the workflow file, or an error that says which names exist.
  public init(parsing word: String) throws(OptimizationError) {
    guard let name = SamplerName(rawValue: word) else {
      throw OptimizationError(
        code: .unknownSampler, message: "there is no sampler \(word)",
        hint: "use one of: " + SamplerName.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = name
  }
}
