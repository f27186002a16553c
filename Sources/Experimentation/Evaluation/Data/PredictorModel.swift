import DataPipelines
import Engines

/// A model package, as an evaluation asks it.
struct PredictorModel: EvaluatedModel {
  let predictor: Predictor

  var manifest: ModelManifest { predictor.manifest }
  var treeCount: Int { predictor.size.trees }

  /// Rows whose features are in memory at one time; a wide table has large features.
  private static let chunkRows = 100_000
  /// SHAP values that are in memory at one time.
  private static let contributionCells = 20_000_000
  /// Rows times leaves that SHAP values may cost: some seconds on one core.
  private static let contributionLeaves = 20_000_000

  func predict(_ table: Table) throws -> ModelOutput {
    // The rows of a forecast are each other's history.
    guard table.rowCount > Self.chunkRows, manifest.task != .forecasting else {
      let features = try predictor.features(of: table)
      let outputs = try predictor.outputs(of: features)
      return output(outputs) { predictor.halfWidth($0, of: features) }
    }
    var outputs: [Double] = []
    for start in stride(from: 0, to: table.rowCount, by: Self.chunkRows) {
      let rows = Array(start..<min(table.rowCount, start + Self.chunkRows))
      outputs += try predictor.outputs(of: predictor.features(of: table.rows(rows)))
    }
    return output(outputs) { _ in manifest.intervalHalfWidth }
  }

  private func output(_ outputs: [Double], halfWidth: (Int) -> Double?) -> ModelOutput {
    if let classes = manifest.classes {
      return .probabilities(
        outputs, classCount: classes.count, decision: manifest.decisionWeights)
    }
    let bounds = outputs.indices.compactMap { row in
      outputs[row].isFinite
        ? halfWidth(row).map { outputs[row] - $0...outputs[row] + $0 } : nil
    }
    return .numbers(outputs, bounds: bounds.count == outputs.count ? bounds : nil)
  }

  func contributions(_ table: Table) throws -> ColumnContributions? {
    let width = max(1, manifest.classes?.count ?? 1) * max(1, manifest.signature.count)
    let leaves = max(1, predictor.size.leaves)
    let count = min(
      table.rowCount, max(20, Self.contributionCells / width),
      max(100, Self.contributionLeaves / leaves))
    let explanation = try predictor.explain(
      count == table.rowCount ? table : table.rows(Array(0..<count)))
    let columns = explanation.columns.count
    var sums = [Double](repeating: 0, count: columns)
    for (cell, value) in explanation.values.enumerated() { sums[cell % columns] += abs(value) }
    let rows = Double(max(1, count * explanation.outputCount))
    return ColumnContributions(
      columns: explanation.columns, meanMagnitudes: sums.map { $0 / rows })
  }
}
