/// What a model says about one row.
public enum Prediction: Sendable, Equatable {
  /// A number with its 90 % interval (nil where no calibration rows existed).
  case number(Double, interval: ClosedRange<Double>?)
  /// Probabilities in the order of the manifest's classes; they add up to 1.
  case classes(probabilities: [Double])
}
