/// The samplers by the names of the workflow file.
public enum SamplerName: String, Sendable, CaseIterable {
  case tpe, random, sobol, grid
  case cmaes
  case gaussianProcess = "gp"
  case begunCMAES = "gp_cmaes"
  case nsga2, nsga3
  case automatic = "auto"

  /// The sampler with its default settings.
  public var sampler: any Sampler {
    switch self {
    case .tpe: return TPESampler()
    case .random: return RandomSampler()
    case .sobol: return SobolSampler()
    case .grid: return GridSampler()
    case .cmaes: return CMAESSampler()
    case .gaussianProcess: return GaussianProcessSampler()
    case .begunCMAES: return BegunCMAESSampler()
    case .nsga2: return NSGA2Sampler()
    case .nsga3: return NSGA3Sampler()
    case .automatic: return AutomaticSampler()
    }
  }

  /// The name in the workflow file, or an error that says which names exist.
  public init(parsing word: String) throws(OptimizationError) {
    guard let name = SamplerName(rawValue: word) else {
      throw OptimizationError(
        code: .unknownSampler, message: "there is no sampler \(word)",
        hint: word.lowercased() == "bohb"
          ? "BOHB is the sampler tpe with the pruner hyperband"
          : "use one of: " + SamplerName.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = name
  }
}
