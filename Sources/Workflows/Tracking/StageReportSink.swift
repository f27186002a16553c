public import Basics
public import Compute
internal import Experimentation
public import JobProtocol
internal import Optimization

/// Writes what a training tells into its study and its tracking runs.
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
      let id = details.run.flatMap({ RunID($0) }),
      let study = details.study.flatMap({ Identifier<StudySummary>($0) })
    else { return }
    // A run that somebody removed for good is no reason to lose the study.
    let run = try RunStore.find(id, in: db)
    var points: [MetricPoint] = []
    var params: [String: String] = [:]
    for report in reports {
      switch report {
      case .trial(let trial):
        try StudyStore().append(trial, to: study, in: db)
        if let run, let summary = try StudyStore().study(study, in: db) {
          try TrialRun(study: summary, parent: run).write(trial, in: db)
        }
        if trial.outcome == .completed, let value = trial.value {
          points.append(
            MetricPoint(
              key: "objective", value: value, step: Int64(trial.number),
              timestampMs: trial.endedAtMs))
        }
      case .metric(let key, let value, let step, let timestampMs):
        points.append(
          MetricPoint(
            key: RunText.key(key), value: value, step: step, timestampMs: timestampMs))
      case .parameter(StudySummary.spaceReportKey, let text):
        // Too long for a param, and told with the study.
        try StudyStore().keep(space: text, of: study, in: db)
      case .parameter(StudySummary.warmStartReportKey, let text):
        try StudyStore().keep(warmStart: text, of: study, in: db)
      case .parameter(let key, let value):
        if key == "metric", let metric = MetricName(rawValue: value) {
          try StudyStore().resolve(
            metric: metric.rawValue, goal: metric.goal == .maximize ? .maximize : .minimize,
            of: study, in: db)
        }
        params[key] = value
      case .progress: break
      }
    }
    guard let run else { return }
    try RunStore.note(params: RunText.params(params), on: run.id, in: db)
    try RunStore.log(points, to: run.id, in: db)
  }
}
