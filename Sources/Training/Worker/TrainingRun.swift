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
  /// When the worker started, earlier by what attempts before it took; the budget in time counts from here.
  let startedAtMs: Int64
  /// What earlier attempts have trained.
  var checkpoint: SearchCheckpoint?

  /// Trains on a dataset.
  ///
  /// - Parameters:
  ///   - dataset: all columns of the manifest, and `_split`.
  ///   - write: puts a model into the output folder; called early with the first model, then with
  ///     the final one.
  func run(
    _ dataset: Table, manifest: DatasetManifest, write: (TrainedModel) throws -> Void
  ) throws -> TrainingResult {
    let prepared = try prepare(dataset, manifest: manifest)
    let problem = prepared.problem
    let search = try makeSearch(problem)
    let folds = search.makeFolds()
    let (outcome, linear) = try self.search(search, on: folds, prepared, write: write)
    let (pipeline, features) = try finalFeatures(prepared)
    let linearModel = try linear.fit(problem, features: features)

    let final = FinalFit(
      problem: problem, features: features, library: library, folds: folds,
      foldThreads: search.threadsOfFold, seed: request.search.seed, threads: threads,
      latencyBoundMs: request.latencyBoundMs, isInOrder: prepared.order == .time
    ) { deadlineMs.map { Double($0 - clock.nowMs()) } }
    let (choice, fittedRows) = final.affordable(
      final.choose(outcome.ranked, linear: linear), linear: linear)
    let members = try fit(choice, on: fittedRows, with: final, linear: linearModel)
    try write(
      TrainedModel(
        rows: prepared.rows, pipeline: pipeline, members: members,
        interval: interval(prepared, choice.predictions),
        decision: decision(problem, choice.predictions),
        baseline: .init(
          model: linearModel, interval: interval(prepared, linear.predictions),
          decision: decision(problem, linear.predictions)),
        seed: request.search.seed, derivation: prepared.derivation))
    return result(problem, outcome, choice, linear)
  }

  /// Rows, features and folds of a dataset.
  private struct Prepared {
    var rows: LearningRows
    /// Fitted on the rows that trials may see.
    var pipeline: FeaturePipeline
    var problem: LearningProblem
    /// Whether the pipeline is that of the package, too.
    var isFinal: Bool
    var order: ResamplingChoice.Order
    /// How the workflow derives columns.
    var derivation: RowDerivation.Plan?
    /// Time that the features took.
    var featuresMs: Int64
  }

  /// Rows from which features that were fitted on most of them are not fitted anew on all.
  private static let manyRows = 200_000

  /// When a search that is bound by time must be done.
  private var deadlineMs: Int64? { request.search.timeMs.map { startedAtMs + $0 } }

  private var threads: Int { max(request.threads, 1) }

  /// Decides task, metric and folds, and computes the features of the search.
  private func prepare(_ dataset: Table, manifest: DatasetManifest) throws -> Prepared {
    let rows = try LearningRows(dataset, columns: manifest.columns, request: request)
    let metric = try LearningRows.metric(request.metric, of: rows.target)
    let order = ResamplingChoice.order(splitRule: manifest.splitRule)
    let plan = ResamplingChoice.plan(
      rows, order: order, timeMs: request.search.timeMs, seed: request.search.seed)
    announce(rows, metric: metric, plan: plan)
    // Cross-validated trials share features fitted on all their rows (no feature looks at the
    // target); a validation split's rows stay unseen.
    let fitted = plan.isCrossValidation ? nil : plan.folds.first?.training
    let begunMs = clock.nowMs()
    let pipeline = try FeaturePipeline.fit(
      fitted.map(rows.table.rows) ?? rows.table, columns: rows.columns)
    let problem = LearningProblem(
      target: rows.target, metric: metric, features: pipeline.transform(rows.table), plan: plan)
    return Prepared(
      rows: rows, pipeline: pipeline, problem: problem,
      isFinal: fitted == nil || rows.table.rowCount > Self.manyRows, order: order,
      derivation: derivation(manifest, target: rows.target.name),
      featuresMs: clock.nowMs() - begunMs)
  }

  /// What a model needs to derive columns for requests: all but its target, from sources without it.
  private func derivation(_ manifest: DatasetManifest, target: String) -> RowDerivation.Plan? {
    let steps = request.derivations.filter { $0.name != target }
    let derived = Set(request.derivations.map(\.name))
    guard !steps.isEmpty else { return nil }
    return RowDerivation.Plan(
      sources: manifest.columns.filter { !derived.contains($0.name) && $0.name != target },
      steps: steps)
  }

  private func makeSearch(_ problem: LearningProblem) throws -> TreeSearch {
    TreeSearch(
      problem: problem,
      space: try TreeSpace(problem).after(request.earlier ?? [], goal: problem.goal),
      library: library, request: request.search,
      threads: threads, clock: clock, report: report,
      deadlineMs: deadlineMs, startedAtMs: startedAtMs, checkpoint: checkpoint)
  }

  /// Searches trees, writes the first model as soon as it is there, then fits the linear baseline.
  private func search(
    _ search: TreeSearch, on folds: ParallelFolds, _ prepared: Prepared,
    write: (TrainedModel) throws -> Void
  ) throws -> (SearchState, LinearBaseline) {
    var measured: LinearBaseline?
    let outcome = try search.run(on: folds) { booster, settings in
      try writeFirst(
        FittedMember(
          trial: 0, weight: 1,
          model: .trees(booster, isLogarithmic: settings.isLogarithmic)),
        prepared, write: write)
    } onFirst: {
      report(.progress(phase: "linear baseline", share: nil, message: "fitting the linear model"))
      let begunMs = clock.nowMs()
      measured = try LinearBaseline(prepared.problem)
      // The linear model of all rows takes about as long again, as do the features of all rows.
      return clock.nowMs() - begunMs + (prepared.isFinal ? 0 : prepared.featuresMs)
    }
    return (outcome, try measured ?? LinearBaseline(prepared.problem))
  }

  private func writeFirst(
    _ member: FittedMember, _ prepared: Prepared, write: (TrainedModel) throws -> Void
  ) throws {
    try write(
      TrainedModel(
        rows: prepared.rows, pipeline: prepared.pipeline, members: [member],
        interval: nil, baseline: nil, seed: request.search.seed,
        derivation: prepared.derivation))
    let seconds = Double(clock.nowMs() - startedAtMs) / 1000
    report(
      .progress(
        phase: "first model", share: nil,
        message: String(format: "a first model is ready after %.1f s", seconds)))
  }

  /// The pipeline of the package, fitted on all rows, and what it makes of them.
  private func finalFeatures(_ prepared: Prepared) throws -> (FeaturePipeline, FeatureMatrix) {
    if prepared.isFinal { return (prepared.pipeline, prepared.problem.features) }
    let pipeline = try FeaturePipeline.fit(
      prepared.rows.table, columns: prepared.rows.columns)
    return (pipeline, pipeline.transform(prepared.rows.table))
  }

  /// Trains the members of the ensemble for good.
  private func fit(
    _ choice: FinalFit.Choice, on rows: [Int], with final: FinalFit, linear: LinearModel
  ) throws -> [FittedMember] {
    let count = choice.members.count
    let all = final.problem.rowCount
    let words =
      rows.count == all ? "all \(all) rows" : "\(rows.count) of \(all) rows, as time allows"
    report(.parameter(key: "final_rows", value: String(rows.count)))
    report(
      .progress(
        phase: "final fit", share: 0, message: "training \(count) models on \(words)"))
    let members = try final.fit(choice, rows: rows, linear: linear) { place in
      report(
        .progress(
          phase: "final fit", share: Double(place + 1) / Double(count),
          message: "model \(place + 1) of \(count) is ready"))
    } onCopy: { added in
      report(
        .progress(
          phase: "final fit", share: 1,
          message: "\(added) more, of other seeds, \(added == 1 ? "is" : "are") averaged with them")
      )
    }
    report(.parameter(key: "final_models", value: String(members.count)))
    return members
  }

  /// How the model decides for classes, from predictions of the validation rows.
  private func decision(_ problem: LearningProblem, _ predictions: [Double]) -> [Double]? {
    problem.decision(predictions, rows: problem.plan.validationRows)?.weights
  }

  /// The interval around a number, from predictions of the validation rows.
  private func interval(_ prepared: Prepared, _ predictions: [Double]) -> TrainedModel.Interval? {
    let problem = prepared.problem
    guard problem.classCount == nil else { return nil }
    let rows = problem.plan.validationRows
    let truth = rows.map { problem.labels[$0] }
    return SplitConformal.halfWidth(truth: truth, predicted: predictions).map { half in
      TrainedModel.Interval(
        halfWidth: half,
        byLead: prepared.rows.leads.flatMap { leads in
          SplitConformal.halfWidths(
            truth: truth, predicted: predictions, leads: rows.map { leads[$0] },
            horizon: prepared.rows.lags?.horizon ?? 1)
        })
    }
  }

  private func announce(_ rows: LearningRows, metric: MetricName, plan: ResamplingPlan) {
    var words = "\(rows.target.task.rawValue) of \(rows.target.name)"
    if let classes = rows.target.classes { words += ", \(classes.count) classes" }
    words += ", metric \(metric.rawValue), \(rows.source.rowCount) rows"
    if rows.droppedCount > 0 { words += " (\(rows.droppedCount) without a target left out)" }
    if rows.table.rowCount > rows.source.rowCount {
      words += ", each at \(rows.table.rowCount / rows.source.rowCount) leads"
    }
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
