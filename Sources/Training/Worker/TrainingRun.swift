import DataPipelines
import Engines
import Experimentation
import Foundation
import JobProtocol
import Optimization

/// One training from a dataset's rows to a model package: search, ensemble, final fit.
struct TrainingRun {
  let request: TrainingRequest
  let library: XGBoostLibrary
  let clock: SearchClock
  let report: (TaskReport) -> Void
  /// When the worker started; the budget in time counts from here.
  let startedAtMs: Int64

  /// Trains on a dataset.
  ///
  /// - Parameters:
  ///   - dataset: all columns of the manifest, and `_split`.
  ///   - write: puts a model into the output folder; called early with the first model, then with
  ///     the final one.
  func run(
    _ dataset: Table, manifest: DatasetManifest, write: (TrainedModel) throws -> Void
  ) throws -> TrainingResult {
    let rows = try LearningRows(dataset, columns: manifest.columns, request: request)
    let metric = try LearningRows.metric(request.metric, of: rows.target)
    let plan = ResamplingChoice.plan(
      rows, order: ResamplingChoice.order(splitRule: manifest.splitRule),
      timeMs: request.search.timeMs, seed: request.search.seed)
    announce(rows, metric: metric, plan: plan)

    // Cross-validated trials share features fitted on all their rows (no feature looks at the
    // target); a validation split's rows stay unseen.
    let fitted = plan.isCrossValidation ? nil : plan.folds.first?.training
    let searchPipeline = try FeaturePipeline.fit(
      fitted.map(rows.table.rows) ?? rows.table, columns: rows.columns)
    let problem = LearningProblem(
      target: rows.target, metric: metric, features: searchPipeline.transform(rows.table),
      plan: plan)

    let search = TreeSearch(
      problem: problem, space: try TreeSpace(problem), library: library, request: request.search,
      threads: max(request.threads, 1), clock: clock, report: report,
      deadlineMs: request.search.timeMs.map { startedAtMs + $0 })
    var measured: LinearBaseline?
    let folds = search.makeFolds()
    let outcome = try search.run(on: folds) { booster, rounds, settings in
      let first = FittedMember(
        trial: 0, weight: 1,
        model: .trees(try booster.slice(rounds: 0..<rounds), isLogarithmic: settings.isLogarithmic))
      try write(
        TrainedModel(
          rows: rows, pipeline: searchPipeline, members: [first], intervalHalfWidth: nil,
          baseline: nil, seed: request.search.seed))
      let seconds = Double(clock.nowMs() - startedAtMs) / 1000
      report(
        .progress(
          phase: "first model", share: nil,
          message: String(format: "a first model is ready after %.1f s", seconds)))
      report(.progress(phase: "linear baseline", share: nil, message: "fitting the linear model"))
      let begunMs = clock.nowMs()
      measured = try LinearBaseline(problem)
      return clock.nowMs() - begunMs
    }
    let linear = try measured ?? LinearBaseline(problem)
    let pipeline =
      fitted == nil
      ? searchPipeline
      : try FeaturePipeline.fit(
        rows.table, columns: rows.columns)
    let features = fitted == nil ? problem.features : pipeline.transform(rows.table)
    let linearModel = try linear.fit(problem, features: features)

    let final = FinalFit(
      problem: problem, features: features, library: library, folds: folds,
      foldThreads: search.threadsOfFold, seed: request.search.seed,
      threads: max(request.threads, 1), latencyBoundMs: request.latencyBoundMs)
    let choice = final.choose(outcome.ranked, linear: linear)
    report(
      .progress(
        phase: "final fit", share: 0,
        message: "training \(choice.members.count) models on all \(problem.rowCount) rows"))
    let members = try final.fit(choice, linear: linearModel) { place in
      report(
        .progress(
          phase: "final fit", share: Double(place + 1) / Double(choice.members.count),
          message: "model \(place + 1) of \(choice.members.count) is ready"))
    }
    try write(
      TrainedModel(
        rows: rows, pipeline: pipeline, members: members,
        intervalHalfWidth: halfWidth(problem, choice.predictions),
        baseline: .init(model: linearModel, halfWidth: halfWidth(problem, linear.predictions)),
        seed: request.search.seed))
    return result(problem, outcome, choice, linear)
  }

  private func halfWidth(_ problem: LearningProblem, _ predictions: [Double]) -> Double? {
    guard problem.classCount == nil else { return nil }
    let truth = problem.plan.validationRows.map { problem.labels[$0] }
    return SplitConformal.halfWidth(truth: truth, predicted: predictions)
  }

  private func announce(_ rows: LearningRows, metric: MetricName, plan: ResamplingPlan) {
    var words = "\(rows.target.task.rawValue) of \(rows.target.name)"
    if let classes = rows.target.classes { words += ", \(classes.count) classes" }
    words += ", metric \(metric.rawValue), \(rows.table.rowCount) rows"
    if rows.droppedCount > 0 { words += " (\(rows.droppedCount) without a target left out)" }
    words +=
      plan.isCrossValidation
      ? ", \(plan.folds.count) folds" : ", \(plan.validationRows.count) of them validate"
    report(.parameter(key: "task", value: rows.target.task.rawValue))
    report(.parameter(key: "metric", value: metric.rawValue))
    report(.parameter(key: "rows_without_target", value: String(rows.droppedCount)))
    report(.progress(phase: "features", share: nil, message: words))
  }

  private func result(
    _ problem: LearningProblem, _ outcome: SearchState, _ choice: FinalFit.Choice,
    _ linear: LinearBaseline
  ) -> TrainingResult {
    let names = MetricName.all(for: problem.target.task)
    let rows = problem.plan.validationRows
    return TrainingResult(
      task: problem.target.task, metric: problem.metric.rawValue,
      validation: problem.metrics(choice.predictions, rows: rows, names: names).known,
      linearBaseline: problem.metrics(linear.predictions, rows: rows, names: names).known,
      completedTrials: outcome.completed.count, prunedTrials: outcome.prunedCount,
      failedTrials: outcome.failedCount, bestTrial: outcome.ranked.first?.number ?? 0,
      ensemble: choice.members.map {
        TrainingResult.EnsembleMember(trial: $0.trial?.number ?? -1, weight: $0.weight)
      },
      crossValidationFolds: problem.plan.isCrossValidation ? problem.plan.folds.count : nil,
      seconds: Double(clock.nowMs() - startedAtMs) / 1000)
  }
}

extension MetricValues {
  /// By word, without those that have no value: JSON has no NaN.
  fileprivate var known: [String: Double] { byWord.filter { $0.value.isFinite } }
}
