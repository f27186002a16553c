import Engines
import Optimization
import Synchronization

/// One fold's rows in the engine's layout, and the booster that a trial trains on them.
///
/// Matrices keep their bins from trial to trial, so that only the first pays for them.
///
/// `@unchecked Sendable`: `ParallelFolds` gives a fold to one thread at a time, and joins all
/// threads before anything else touches it.
final class TreeFold: @unchecked Sendable {
  let rows: ResamplingPlan.Fold
  private let library: XGBoostLibrary
  private let features: (training: FeatureMatrix, validation: FeatureMatrix)
  private let labels: (training: [Double], validation: [Double])
  private let threads: Int
  private var matrices:
    [TreeSettings.Layout: (training: XGBoostMatrix, validation: XGBoostMatrix)] = [:]
  private var booster: XGBoostBooster?
  /// The followed metric after each round of the current trial.
  private(set) var curve: [Double] = []

  init(
    _ rows: ResamplingPlan.Fold, features: FeatureMatrix, labels: [Double],
    library: XGBoostLibrary, threads: Int
  ) {
    self.rows = rows
    self.library = library
    self.threads = threads
    self.features = (features.rows(rows.training), features.rows(rows.validation))
    self.labels = (rows.training.map { labels[$0] }, rows.validation.map { labels[$0] })
  }

  /// Starts a trial.
  func begin(_ settings: TreeSettings) throws {
    let (training, validation) = try matrices(for: settings)
    booster = try XGBoostBooster(
      library: library, parameters: settings.ordered, matrices: [training, validation])
    curve = []
  }

  /// Trains until `rounds` rounds are done or the time is over.
  func advance(to rounds: Int, _ settings: TreeSettings, isLate: () -> Bool) throws {
    guard let booster else { return }
    let (training, validation) = try matrices(for: settings)
    for round in curve.count..<max(rounds, curve.count) {
      if isLate() { return }
      try booster.update(training, round: round)
      curve.append(try booster.evaluate(validation, round: round).first?.value ?? .nan)
    }
  }

  /// What the first `rounds` rounds predict for the validation rows, row after row.
  func predictions(rounds: Int, _ settings: TreeSettings, outputs: Int) throws -> [Double] {
    guard let booster else { return [] }
    let values = try booster.predict(matrices(for: settings).validation, rounds: 0..<rounds)
    return Self.predictions(values, settings, outputs: outputs)
  }

  /// The model of the current trial's first `rounds` rounds; nil between trials.
  func model(rounds: Int) throws -> XGBoostBooster? { try booster?.slice(rounds: 0..<rounds) }

  /// Ends the trial and gives its booster away.
  func end() -> XGBoostBooster? {
    defer { booster = nil }
    return booster
  }

  /// The engine's values as predictions: numbers, or one probability a class.
  static func predictions(_ values: [Float], _ settings: TreeSettings, outputs: Int) -> [Double] {
    switch outputs {
    case 1: values.map(settings.number)
    case 2: values.flatMap { [1 - Double($0), Double($0)] }
    default: values.map(Double.init)
    }
  }

  private func matrices(
    for settings: TreeSettings
  ) throws -> (training: XGBoostMatrix, validation: XGBoostMatrix) {
    if let known = matrices[settings.layout] { return known }
    let made = (
      training: try XGBoostMatrix(
        library: library, features: settings.engineFeatures(features.training),
        labels: labels.training.map(settings.engineLabel), threads: threads),
      validation: try XGBoostMatrix(
        library: library, features: settings.engineFeatures(features.validation),
        labels: labels.validation.map(settings.engineLabel), threads: threads)
    )
    matrices[settings.layout] = made
    return made
  }
}
