import Basics
public import JobProtocol

extension StudyCoordinator {
  /// What the ledger keeps of a trial that has ended; nil for others.
  public func report(of number: Int) -> TrialReport? {
    guard records.indices.contains(number) else { return nil }
    let (trial, record) = (study.trials[number], records[number])
    var report = TrialReport(
      number: number, outcome: .completed, parameters: trial.point.texts, value: nil,
      steps: record.reports.last?.step ?? 0, startedAtMs: record.startedAtMs,
      endedAtMs: record.endedAtMs)
    if !record.attributes.isEmpty { report.attributes = record.attributes }
    report.enqueued = record.wanted.map {
      String(decoding: $0.values.json.encoded(), as: UTF8.self)
    }
    report.promotion = trial.promotion
    switch trial.state {
    case .running: return nil
    case .completed(let values):
      report.value = values.first
      if values.count > 1 { report.values = values }
      report.errors = record.errors
      if !trial.constraints.isEmpty { report.constraints = trial.constraints }
    case .pruned(let value, let step):
      (report.outcome, report.value, report.steps) = (.pruned, value.isNaN ? nil : value, step)
      report.message = record.verdict
    case .failed(let message): (report.outcome, report.message) = (.failed, message)
    }
    return report
  }

  /// How many trials there are.
  public var trialCount: Int { records.count }

  /// The space as it is known now, with the points that are tried first.
  public var space: SearchSpace { study.space }
}
