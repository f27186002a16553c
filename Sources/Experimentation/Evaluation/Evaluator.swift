import DataPipelines
import Engines

/// Measures a model on rows it has never seen.
struct Evaluator {
  let model: any EvaluatedModel
  /// The regularized linear model that is always reported beside it.
  let linear: (any EvaluatedModel)?
  let data: EvaluationData
  let request: EvaluationRequest
  let main: MetricName
  let horizon: Int?

  /// Does the whole evaluation; `step` is told what is done next and the share that is done.
  func evaluate(step: (String, Double) -> Void) throws -> EvaluationDetails {
    try GateJudge.check(request.gates, task: model.manifest.task)
    step("Predicting \(NumberText.grouped(data.table.rowCount)) test rows", 0)
    let classCount = data.truth.classes?.count ?? 0
    let output = try model.predict(data.table).widened(to: classCount)
    let scorer = try PredictionScorer(truth: data.truth, output: output)
    let linearScorer = try linear.map {
      try PredictionScorer(truth: data.truth, output: try $0.predict(data.table))
    }
    let trivialScorer = try PredictionScorer(truth: data.truth, output: data.trivial)

    step("Drawing confidence intervals", 0.2)
    let scorers = [scorer, trivialScorer] + [linearScorer].compactMap { $0 }
    let draws = Bootstrap.drawCount(rowCount: data.table.rowCount, scorerCount: scorers.count)
    let replicates = Bootstrap(
      rowCount: data.table.rowCount, clusters: data.clusters, seed: request.seed
    ).replicates(of: scorers, draws: draws)
    let measured = zip(scorers, replicates).map(Self.measured)

    step("Measuring slices", 0.5)
    let slices = try SliceMeasurement(
      table: data.table, truth: data.truth, output: output, main: main, seed: request.seed
    ).reports(
      asked: request.gates.compactMap(\.slice) + request.slices, columns: data.manifest.columns)
    let gates = GateJudge.judge(request.gates, metrics: measured[0], slices: slices)

    step("Measuring columns", 0.65)
    let probe = probeRows()
    let importance = try ImportanceMeasurement(model: model, main: main, seed: request.seed)
      .measure(probe.table, truth: probe.truth, fixed: fixedColumns)
    step("Disturbing the data", 0.85)
    let robustness = try RobustnessMeasurement(model: model, main: main, seed: request.seed)
      .measure(probe.table, truth: probe.truth, fixed: fixedColumns)
    let latency = try Latency.measure(model, data.table)

    var details = EvaluationDetails(
      title: request.title, task: model.manifest.task, target: model.manifest.target, main: main,
      result: EvaluationResult(
        rowCount: data.table.rowCount, metrics: measured[0],
        linearBaseline: measured.count > 2 ? measured[2] : [:], trivialBaseline: measured[1],
        gates: gates),
      gainOverLinear: replicates.count > 2
        ? gain(scorer, scorers[2], replicates[0], replicates[2]) : nil,
      gainOverTrivial: gain(scorer, trivialScorer, replicates[0], replicates[1]),
      drawCount: draws, drawsByGroup: data.clusters != nil,
      rowsWithoutTarget: data.rowsWithoutTarget, rowsOfUnknownClass: data.rowsOfUnknownClass,
      classes: data.truth.classes, curves: [], slices: slices, importance: importance,
      probedRowCount: probe.table.rowCount, robustness: robustness, latency: latency,
      dataset: data.manifest, model: model.manifest)
    addShapes(of: output, to: &details)
    return details
  }

  /// Columns that a forecast needs in order; shuffling them would measure something else.
  private var fixedColumns: Set<String> {
    var names: Set<String> = [model.manifest.target]
    if model.manifest.task == .forecasting {
      for column in data.manifest.columns where column.role == .time || column.role == .series {
        names.insert(column.name)
      }
    }
    return names
  }

  /// Rows on which the expensive measurements are made.
  private func probeRows() -> (table: Table, truth: Truth) {
    let count = data.table.rowCount
    let columns = model.manifest.signature.count
    let rows =
      model.manifest.task == .forecasting
      // Lags need neighbors in time, so that a forecast keeps the first rows together.
      ? Array(0..<min(count, 5_000))
      : ImportanceMeasurement.sample(
        rowCount: count, columnCount: columns, treeCount: model.treeCount, seed: request.seed)
    return rows.count == count
      ? (data.table, data.truth) : (data.table.rows(rows), data.truth.rows(rows))
  }

  private func addShapes(of output: ModelOutput, to details: inout EvaluationDetails) {
    switch (data.truth, output) {
    case (.codes(let codes, let classes), .probabilities(let values, _, let decision)):
      details.confusion = ConfusionMatrix(
        truth: codes,
        predicted: ClassificationScorer(
          truth: codes, probabilities: values, classCount: classes.count, ranks: false,
          decision: decision
        ).predicted, classCount: classes.count)
      details.curves = ClassCurve.curves(codes: codes, classes: classes, probabilities: values)
      details.calibration = Calibration(codes: codes, classes: classes, probabilities: values)
    case (.numbers(let truth), .numbers(let predicted, let bounds)):
      details.residuals = Residuals(
        truth: truth, predicted: predicted, bounds: bounds, seed: request.seed)
      if details.task == .forecasting, let time = data.manifest.column(.time) {
        details.forecast = ForecastReport(
          table: data.table, truth: truth, predicted: predicted, bounds: bounds, time: time,
          series: data.manifest.column(.series), horizon: horizon ?? 1)
      }
    case (.codes, .numbers), (.numbers, .probabilities): break
    }
  }

  private static func measured(
    _ scorer: PredictionScorer, _ replicates: Replicates
  ) -> [String: MeasuredMetric] {
    [String: MeasuredMetric](
      uniqueKeysWithValues: scorer.metrics.map { name, value in
        (name.rawValue, replicates.interval(name, around: value))
      })
  }

  private func gain(
    _ scorer: PredictionScorer, _ other: PredictionScorer, _ draws: Replicates,
    _ otherDraws: Replicates
  ) -> MeasuredMetric? {
    guard let value = scorer.metrics[main], let base = other.metrics[main] else { return nil }
    let sign = main.goal == .minimize ? -1.0 : 1.0
    let gains = zip(draws.values[main] ?? [], otherDraws.values[main] ?? []).map {
      sign * ($0 - $1)
    }
    return Replicates.interval(of: gains, around: sign * (value - base))
  }
}
