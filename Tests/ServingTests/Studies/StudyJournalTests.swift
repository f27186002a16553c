import Basics
import JobProtocol
import Optimization
import TestSupport
import Testing

@testable import Serving

struct StudyJournalTests {
  static func event(_ number: Int) -> StudyEvent {
    .asked(
      number: number, point: SearchPoint(["x": .float(0.1 + Double(number))]),
      by: StudyHolder(worker: "w\n\"", key: "k\(number)"), atMs: 5)
  }

  @Test func `what was appended is there again, and a torn line is cut off`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("study")
    do {
      let journal = try StudyJournal(folder: path)
      #expect(journal.events.isEmpty)
      try journal.append([Self.event(0), Self.event(1)])
      try journal.append([])
      try journal.append([Self.event(2)])
    }
    let file = path + "/" + StudyJournal.fileName
    let whole = try FileTree.read(file)
    for lost in 1..<StudyJournal.line(Self.event(2)).count {
      try FileTree.write(Array(whole.dropLast(lost)), to: file)
      let journal = try StudyJournal(folder: path)
      #expect(journal.events == [Self.event(0), Self.event(1)])
      try journal.append([Self.event(2)])
    }
    #expect(try FileTree.read(file) == whole)
  }

  @Test func `damage before the last line is an error that names the line`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("study")
    do {
      let journal = try StudyJournal(folder: path)
      try journal.append([Self.event(0), Self.event(1), Self.event(2)])
    }
    let file = path + "/" + StudyJournal.fileName
    var bytes = try FileTree.read(file)
    bytes[StudyJournal.line(Self.event(0)).count + 20] ^= 1
    try FileTree.write(bytes, to: file)
    do {
      _ = try StudyJournal(folder: path)
      Issue.record("no error")
    } catch let error as ServingError {
      #expect(error.code == .studyJournalDamaged)
      #expect(error.message.contains("line 2"))
    }
  }

  @Test func `a study has one coordinator at a time`() throws {
    let folder = try TemporaryFolder()
    let first = try StudyJournal(folder: folder.path("study"))
    #expect(throws: ServingError.self) { try StudyJournal(folder: folder.path("study")) }
    try first.append([Self.event(0)])
  }

  @Test func `a warm start knows what was told, before the ledger does`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("study")
    // Its space shows itself, and nothing of it is in the ledger.
    let terms = StudyTerms(name: "s", space: nil, leaseMs: 1_000)
    let ledger = WarmStart.Source(
      StudySummary(
        id: .derived(from: "s"), name: "s", job: nil, metric: "value", goal: .minimize,
        sampler: "tpe", pruner: "none", seed: 0, createdAtMs: 0), trials: [])
    #expect(ledger.completed(from: path, terms: terms).trials.isEmpty)
    let journal = try StudyJournal(folder: path)
    var coordinator = StudyCoordinator(terms)
    for number in 0..<3 {
      let questions = [
        #"{"ask": {"worker": "w", "key": "k\#(number)"}}"#,
        #"{"suggest": \#(number), "attempt": 1, "parameter": {"name": "x", "uniform": [0, 1]}}"#,
        #"{"tell": \#(number), "attempt": 1, "outcome": "completed", "value": \#(5 - number)}"#,
      ]
      // The last one runs.
      for question in questions.prefix(number == 2 ? 2 : 3) {
        try journal.append(coordinator.answer(Array(question.utf8), nowMs: 1).events)
      }
    }
    // While its coordinator holds the journal.
    var source = ledger.completed(from: path, terms: terms)
    #expect(source.trials.map(\.value) == [5, 4])
    #expect(source.summary.space?["x"]?.domain == .float(low: 0, high: 1))
    let start = try WarmStart(nil, from: [source], goals: [.minimize])
    #expect(start.origins.map(\.trial) == [1, 0])
    // What the ledger has stays as it is there.
    source.trials[0].value = 7
    source.trials.removeLast()
    #expect(source.completed(from: path, terms: terms).trials.map(\.value) == [7, 4])
    // A line that is being written, and damage.
    let file = path + "/" + StudyJournal.fileName
    let whole = try FileTree.read(file)
    try FileTree.write(Array(whole.dropLast(3)), to: file)
    #expect(ledger.completed(from: path, terms: terms).trials.count == 2)
    try FileTree.write([0x7B] + whole, to: file)
    #expect(ledger.completed(from: path, terms: terms).trials.isEmpty)
  }

  @Test func `a coordinator answers, keeps and tells, and another one takes up from its journal`()
    throws
  {
    let folder = try TemporaryFolder()
    let terms = StudyTerms(
      name: "s", space: try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))]),
      leaseMs: 1_000)
    func answers(_ replica: inout StudyReplica, _ questions: [String]) throws -> [String] {
      try questions.map { question in
        let bytes = Array(question.utf8)
        let answer = try bytes.withUnsafeBytes {
          try replica.answer([ReplicaQuestion(question: .study, body: $0)])
        }
        return String(decoding: answer[0].payload, as: UTF8.self)
      }
    }
    let told = ReportBox()
    do {
      var replica = StudyReplica(
        terms, journal: try StudyJournal(folder: folder.path("study")), report: told.add,
        nowMs: { 7 })
      let said = try answers(
        &replica,
        [
          #"{"ask": {"worker": "w", "key": "a"}}"#, #"{"ask": {"worker": "w", "key": "b"}}"#,
          #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 0.5}"#,
        ])
      #expect(said[2] == #"{"told":true,"lost":false}"#)
      #expect(told.trials == [0])
    }
    var again = StudyReplica(
      terms, journal: try StudyJournal(folder: folder.path("study")), report: told.add,
      nowMs: { 9 })
    #expect(told.trials == [0, 0])
    #expect(told.spaces == 2)
    let said = try answers(
      &again,
      [#"{"state": true}"#, #"{"ask": {"worker": "w", "key": "b"}}"#, #"{"best": true}"#])
    #expect(said[0].contains(#""trials":2,"running":1"#))
    #expect(said[1].contains(#""number":1"#))
    #expect(said[2].contains(#""value":0.5"#))
  }
}

/// Collects what a coordinator tells.
private final class ReportBox {
  private(set) var trials: [Int] = []
  private(set) var spaces = 0

  func add(_ report: TaskReport) {
    switch report {
    case .trial(let trial): trials.append(trial.number)
    case .parameter(StudySummary.spaceReportKey, _): spaces += 1
    case .parameter, .metric, .progress: break
    }
  }
}
