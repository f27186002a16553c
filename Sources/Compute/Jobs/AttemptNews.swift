import Foundation
import JobProtocol

/// What a stretch of a journal changes.
struct AttemptNews: Sendable {
  /// Position in the journal after the stretch.
  var journalOffset: Int64 = 0
  var start: AgentStart?
  /// Where its command answers.
  var listening: ListeningTask?
  var reports: [TaskReport] = []
  /// Lines that are no report.
  var unreadableReports = 0
  var usage: AttemptUsage?
  /// What MLflow's clients have written, in order.
  var calls: [TimedCall] = []
  var notes: [String] = []
  var samples: [TimedSample] = []
  var end: AttemptEnd?
  /// When it began and ended, by the node's clock.
  var startedAtMs: Int64?
  var endedAtMs: Int64?

  /// How long it ran, which is right however late its journal is read; nil where that is not known.
  var ranMs: Int64? {
    guard let startedAtMs, let endedAtMs, endedAtMs >= startedAtMs else { return nil }
    return endedAtMs - startedAtMs
  }

  /// False for heartbeats, which are not worth a transaction.
  var isWorthKeeping: Bool {
    start != nil || listening != nil || !reports.isEmpty || !calls.isEmpty || !notes.isEmpty
      || end != nil
  }

  /// True for a beginning alone: a short job's end follows soon and can share its transaction.
  var canWait: Bool {
    start != nil && listening == nil && reports.isEmpty && calls.isEmpty && notes.isEmpty
      && samples.isEmpty
      && end == nil
  }

  /// The last progress that a task told.
  var progress: JobProgress? {
    for report in reports.reversed() {
      if case .progress(let phase, let share, let message) = report {
        return JobProgress(phase: phase, share: share, message: message)
      }
    }
    return nil
  }

  init(_ records: [JournalRecord], journalOffset: Int64) {
    self.journalOffset = journalOffset
    for record in records { add(record.event, timeMs: record.timeMs) }
  }

  private mutating func add(_ event: JournalEvent, timeMs: Int64) {
    switch event {
    case .sample(let sample): samples.append(TimedSample(timeMs: timeMs, sample: sample))
    case .started(let start): (self.start, startedAtMs) = (start, timeMs)
    case .listening(let task): listening = task
    case .report(_, let line): add(report: line)
    case .usage(let usage): self.usage = usage
    case .call(let call): calls.append(TimedCall(timeMs: timeMs, call: call))
    case .note(let text): notes.append(text)
    case .ended(let end):
      (self.end, endedAtMs) = (end, timeMs)
      usage = end.usage
    case .taskStarted, .taskEnded, .stopping: break
    }
  }

  private mutating func add(report line: [UInt8]) {
    do {
      reports.append(try Self.decoder.decode(TaskReport.self, from: Data(line)))
    } catch {
      unreadableReports += 1
    }
  }

  private static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }()
}

extension JobReason {
  /// The reason that an agent's word stands for.
  init(_ outcome: AttemptOutcome) {
    switch outcome {
    case .succeeded: self = .succeeded
    case .failed, .peerEnded: self = .failed
    case .canceled: self = .canceledByUser
    case .timeLimit: self = .timeLimit
    case .memoryLimit: self = .memoryLimit
    case .launchFailed: self = .launchFailed
    }
  }
}
