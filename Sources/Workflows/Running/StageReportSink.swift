public import Basics
public import Compute
internal import Experimentation
public import JobProtocol
internal import Optimization

/// Writes what a training tells into its study and its tracking run.
///
/// It runs in the transaction that moves the journal's offset, so each report counts once.
public struct StageReportSink: JobReportSink {
  /// It holds nothing.
  public init() {}

  /// Writes trials, metrics and parameters of a training.
  public func apply(_ reports: [TaskReport], of job: Identifier<Job>, in db: LedgerTransaction)
    throws
  {
    guard let details = try WorkflowRunStore.details(ofJob: job.rawValue, in: db),
      let run = details.run.flatMap({ RunID($0) }),
      let study = details.study.flatMap({ Identifier<StudySummary>($0) })
    else { return }
    var points: [MetricPoint] = []
    for report in reports {
      switch report {
      case .trial(let trial):
        try StudyStore().append(trial, to: study, in: db)
        if trial.outcome == .completed, let value = trial.value {
          points.append(
            MetricPoint(
              key: "objective", value: value, step: Int64(trial.number),
              timestampMs: trial.endedAtMs))
        }
      case .metric(let key, let value, let step, let timestampMs):
        points.append(MetricPoint(key: key, value: value, step: step, timestampMs: timestampMs))
      case .parameter(let key, let value):
        if key == "metric", let metric = MetricName(rawValue: value) {
          try StudyStore().resolve(
            metric: metric.rawValue, goal: metric.goal == .maximize ? .maximize : .minimize,
            of: study, in: db)
        }
        try RunStore.note(params: [key: value], tags: [:], inputs: [], on: run, in: db)
      case .progress: break
      }
    }
    if !points.isEmpty { try RunStore.log(points, to: run, in: db) }
  }
}
