internal import Basics
internal import Experimentation
internal import JobProtocol
internal import Optimization

/// A trial of a search as a run below that of its training.
struct TrialRun {
  var study: StudySummary
  /// The training's run.
  var parent: Run

  /// Writes what a trial's report tells, once.
  ///
  /// A trial that a later attempt of the search told anew replaces what was written before, as it
  /// does in the study.
  func write(_ trial: TrialReport, in db: LedgerTransaction) throws {
    let id = RunID.derived(from: study.id.rawValue, "\(trial.number)")
    if let known = try RunStore.find(id, in: db) {
      guard trial.startedAtMs > known.startedAtMs else { return }
      try RunStore.restart(id, startedAtMs: trial.startedAtMs, in: db)
    } else {
      try RunStore.create(
        id, experiment: parent.experiment, name: Self.name(trial), job: parent.job,
        user: parent.user, startedAtMs: trial.startedAtMs, in: db)
    }
    try RunStore.note(
      params: RunText.params(trial.parameters), tags: RunText.tags(tags(trial)), on: id, in: db)
    try RunStore.log(points(trial), to: id, in: db)
    try RunStore.setStatus(Self.status(trial), of: id, endedAtMs: trial.endedAtMs, in: db)
  }

  private static func name(_ trial: TrialReport) -> String { "trial \(trial.number)" }

  private static func status(_ trial: TrialReport) -> RunStatus {
    switch trial.outcome {
    case .completed: .finished
    case .pruned: .killed
    case .failed: .failed
    }
  }

  private func tags(_ trial: TrialReport) -> [String: String] {
    var tags = [
      RunTagKey.name: Self.name(trial), RunTagKey.parent: parent.id.rawValue,
      "aifactory.study": study.id.rawValue, "aifactory.trial": "\(trial.number)",
    ]
    if trial.outcome != .completed { tags[RunTagKey.reason] = trial.outcome.rawValue }
    tags[RunTagKey.message] = trial.message
    return tags
  }

  /// The value under the name that the training's own result has, the steps, and the curve.
  private func points(_ trial: TrialReport) -> [MetricPoint] {
    let end = trial.endedAtMs
    let steps = Int64(trial.steps)
    var points = [MetricPoint(key: "steps", value: Double(steps), step: 0, timestampMs: end)]
    if let value = trial.value {
      points.append(
        MetricPoint(
          key: RunText.key("validation_\(study.metric)"), value: value, step: steps,
          timestampMs: end))
    }
    guard let curve = trial.curve, let last = curve.steps.last, last > 0 else { return points }
    let key = RunText.key("curve/\(curve.metric)")
    let duration = Double(max(0, end - trial.startedAtMs))
    return points
      + zip(curve.steps, curve.values).map { step, value in
        MetricPoint(
          key: key, value: value, step: Int64(step),
          timestampMs: trial.startedAtMs + Int64(duration * Double(step) / Double(last)))
      }
  }
}
