public import Basics
public import Compute
public import JobProtocol
import Optimization

/// Writes what a coordinator tells into its study.
///
/// A coordinator that takes a study up tells everything again, and each trial counts once.
public struct StudyReportSink: JobReportSink {
  /// It holds nothing.
  public init() {}

  /// Writes trials and the space.
  public func apply(
    _ reports: [TaskReport], of job: Identifier<Job>, in db: LedgerTransaction
  ) throws {
    let store = StudyStore()
    guard let study = try store.study(ofJob: job.rawValue, in: db)?.id else { return }
    for report in reports {
      switch report {
      case .trial(let trial): try store.append(trial, to: study, in: db)
      case .parameter(StudySummary.spaceReportKey, let text):
        try store.keep(space: text, of: study, in: db)
      case .parameter(StudySummary.attributesReportKey, let text):
        try store.keep(attributes: text, of: study, in: db)
      case .parameter, .metric, .progress: break
      }
    }
  }
}
