public import Basics

/// A search that cannot be made as asked.
public struct OptimizationError: FactoryError {
  public enum Code: String, Sendable {
    case invalidSpace = "search_space_invalid"
    case unknownSampler = "sampler_unknown"
    case unknownPruner = "pruner_unknown"
  }

  public var code: Code
  public var message: String
  public var hint: String?

  public init(code: Code, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
