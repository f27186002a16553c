import Basics
import JobProtocol
import Optimization

/// Answers the questions of a study's workers: the one process that holds its sampler.
///
/// What a question changes is on disk before its answer leaves; questions that wait together share
/// one synchronization.
struct StudyReplica: ReplicaModel {
  private var coordinator: StudyCoordinator
  private let journal: StudyJournal
  private let report: (TaskReport) -> Void
  private let nowMs: () -> Int64
  private var toldSpace: String?

  /// Takes a study up from its journal, and tells the ledger again what it should know by now.
  init(
    _ terms: StudyTerms, journal: StudyJournal, report: @escaping (TaskReport) -> Void,
    nowMs: @escaping () -> Int64
  ) {
    coordinator = StudyCoordinator(terms)
    let now = nowMs()
    for event in journal.events { coordinator.apply(event, nowMs: now) }
    self.journal = journal
    self.report = report
    self.nowMs = nowMs
    tellSpace()
    tellAttributes()
    for number in 0..<coordinator.trialCount {
      if let told = coordinator.report(of: number) { report(.trial(told)) }
    }
  }

  mutating func answer(_ questions: [ReplicaQuestion]) throws -> [ReplicaAnswer] {
    let now = nowMs()
    var answers: [ReplicaAnswer] = []
    var events: [StudyEvent] = []
    for question in questions {
      switch question.question {
      case .health: answers.append(ReplicaAnswer(status: 200, payload: Array("{}".utf8)))
      case .study:
        let answer = coordinator.answer(Array(question.body), nowMs: now)
        events += answer.events
        answers.append(
          ReplicaAnswer(status: UInt16(answer.status), payload: answer.json.encoded()))
      case .predict, .invocations, .secret:
        answers.append(ReplicaAnswer(status: 400, payload: Array("{}".utf8)))
      }
    }
    try journal.append(events)
    for event in events {
      switch event {
      case .told(let number, _, _, _, _, _, _):
        if let told = coordinator.report(of: number) { report(.trial(told)) }
        tellSpace()
      case .noted(nil, _, _): tellAttributes()
      case .asked, .given, .drew, .reported, .enqueued, .noted: break
      }
    }
    return answers
  }

  /// Tells what programs noted of the study.
  private func tellAttributes() {
    guard let text = coordinator.attributesText else { return }
    report(.parameter(key: StudySummary.attributesReportKey, value: text))
  }

  /// Tells the space, once for each that there was.
  private mutating func tellSpace() {
    let text = coordinator.space.text
    guard text != toldSpace, !coordinator.space.parameters.isEmpty else { return }
    toldSpace = text
    report(.parameter(key: StudySummary.spaceReportKey, value: text))
  }
}
