public import Basics

/// Why an engine, a feature pipeline or a model package could not do its work.
public struct EngineError: FactoryError, Equatable {
  /// The kinds of failures.
  public enum Code: String, Sendable {
    /// The shared library of an engine is not there or cannot be loaded.
    case engineMissing = "engine_missing"
    /// The engine itself reported a failure.
    case engineFailed = "engine_failed"
    /// A model package lacks a file or holds something that does not belong together.
    case modelPackageInvalid = "model_package_invalid"
    /// No column of the table says anything about the target.
    case noFeatures = "no_features"
    /// Sizes that must agree do not.
    case shapeMismatch = "shape_mismatch"
  }

  /// What kind of failure it is.
  public let code: Code
  /// What happened.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// Takes every value as it is.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
