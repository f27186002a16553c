import DataPipelines
import Engines

/// A model package, as an evaluation asks it.
struct PredictorModel: EvaluatedModel {
  let predictor: Predictor

  var manifest: ModelManifest { predictor.manifest }

  func predict(_ table: Table) throws -> ModelOutput { ModelOutput(try predictor.predict(table)) }

  func contributions(_ table: Table) throws -> ColumnContributions? {
    let explanation = try predictor.explain(table)
    let count = explanation.columns.count
    var sums = [Double](repeating: 0, count: count)
    for (cell, value) in explanation.values.enumerated() { sums[cell % count] += abs(value) }
    let rows = Double(max(1, table.rowCount * explanation.outputCount))
    return ColumnContributions(
      columns: explanation.columns, meanMagnitudes: sums.map { $0 / rows })
  }
}
