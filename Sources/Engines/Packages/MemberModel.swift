import DataPipelines
import Synchronization

/// One model of an ensemble, ready to predict from any thread.
struct MemberModel: Sendable {
  enum Kind: Sendable {
    case linear(LinearModel)
    /// Trees, and the engine for what only it does.
    case trees(TreeEnsemble?, EngineBooster)
  }

  let kind: Kind
  let link: Link
  let weight: Double
  let targetTransform: TargetTransform?

  /// Margins of a row: 1, or one a class.
  let outputCount: Int

  /// Adds the member's weighted predictions of each row to `sums`, `width` numbers a row.
  func add(
    _ features: FeatureMatrix, to sums: UnsafeMutableBufferPointer<Double>, width: Int
  ) throws {
    try withMargins(of: features) { margins in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { one in
        for row in 0..<features.rowCount {
          one.initialize(repeating: 0)
          let own = margins[row * outputCount..<(row + 1) * outputCount]
          link.add(UnsafeBufferPointer(rebasing: own), weight: 1, to: one)
          if let targetTransform { one[0] = targetTransform.undone(on: one[0]) }
          for place in 0..<width { sums[row * width + place] += weight * one[place] }
        }
      }
    }
  }

  /// What a prediction of one row walks through: trees, and the leaves that they have.
  var size: (trees: Int, leaves: Int) {
    guard case .trees(let trees?, _) = kind else { return (0, 0) }
    return (trees.roots.count, trees.leafCount)
  }

  /// Rows from which the engine's own prediction, with its threads, is faster than ours.
  private static let engineRows = 4_096

  /// Calls `body` with the margins of all rows.
  private func withMargins(
    of features: FeatureMatrix, _ body: (UnsafeBufferPointer<Double>) -> Void
  ) throws {
    switch kind {
    case .linear(let model): model.margins(of: features).withUnsafeBufferPointer(body)
    case .trees(let trees, let engine):
      if let trees, features.rowCount < Self.engineRows || !engine.isParallel {
        return trees.withMargins(of: features, body)
      }
      let margins = try engine.withBooster { booster in
        let matrix = try XGBoostMatrix(
          library: booster.library, features: features, threads: engine.threads)
        return try booster.margins(of: matrix)
      }
      margins.map(Double.init).withUnsafeBufferPointer(body)
    }
  }

  /// SHAP values of the margins: rows × outputs × (features + 1), the bias last.
  func contributions(of features: FeatureMatrix) throws -> [Double] {
    switch kind {
    case .linear(let model): return model.contributions(of: features)
    case .trees(_, let engine):
      return try engine.withBooster { booster in
        let matrix = try XGBoostMatrix(
          library: booster.library, features: features, threads: engine.threads)
        return try booster.predict(matrix, output: .contributions)
      }.map(Double.init)
    }
  }
}

/// XGBoost for one model file, loaded when it is first needed.
final class EngineBooster: Sendable {
  let threads: Int
  private let libraryPath: String?
  private let bytes: [UInt8]
  private let booster = Mutex<XGBoostBooster?>(nil)

  init(libraryPath: String?, bytes: [UInt8], threads: Int) {
    self.libraryPath = libraryPath
    self.bytes = bytes
    self.threads = threads
  }

  /// Whether the engine is there and has more than one thread.
  var isParallel: Bool { libraryPath != nil && threads > 1 }

  /// Calls `body` with the booster, one caller at a time.
  func withBooster<Value: Sendable>(_ body: (XGBoostBooster) throws -> Value) throws -> Value {
    try booster.withLock { booster in
      if let booster { return try body(booster) }
      guard let libraryPath else {
        throw EngineError(
          .engineMissing, "XGBoost is not installed.",
          hint: "Install it with: aifactory engines install xgboost")
      }
      let loaded = try XGBoostBooster(
        library: XGBoostLibrary.load(path: libraryPath), bytes: bytes, threads: threads)
      booster = loaded
      return try body(loaded)
    }
  }
}
