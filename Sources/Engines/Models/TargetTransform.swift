import Glibc

/// What is done to a number before a model learns it.
public enum TargetTransform: String, Codable, Sendable {
  /// log(1 + y), for amounts that are never negative and spread over orders of magnitude.
  case log1p

  /// What the model learns for a target.
  public func applied(to target: Double) -> Double { Glibc.log1p(target) }

  /// The target that a prediction of the model means.
  public func undone(on prediction: Double) -> Double { expm1(prediction) }
}
