import Basics
import Testing

@testable import Optimization

/// A study that many workers ask at random, some of whom die.
struct StudyReplayTests {
  private struct Worker {
    var key: String
    var trial: Int
    var attempt: Int
    var steps = 0
  }

  /// Plays some hundred random questions; hands every answer with its time to `seen`.
  static func play(
    _ study: inout StudyCoordinator, seed: UInt64, turns: Int = 300,
    seen: (StudyCoordinator.Answer, StudyCoordinator, Int64) throws -> Void
  ) throws {
    var random = SeededGenerator(seed: seed)
    var workers: [Worker] = []
    var (now, keys): (Int64, Int) = (0, 0)
    func answer(_ question: String) throws -> JSONValue {
      let answer = study.answer(Array(question.utf8), nowMs: now)
      try seen(answer, study, now)
      return answer.json
    }
    for turn in 0..<turns {
      now += Int64(random.next(below: 120))
      if turn % 20 == 7 {
        _ = try answer(
          #"{"enqueue": {"point": {"a": 0.5}, "key": "e\#(turn)", "#
            + #""user_attributes": {"turn": "\#(turn)"}}}"#)
        _ = try answer(#"{"set-attribute": {"key": "turn", "value_json": "\#(turn)"}}"#)
        for worker in workers.prefix(2) {
          _ = try answer(
            #"{"set-attribute": \#(worker.trial), "attempt": \#(worker.attempt), "#
              + #""key": "note", "value_json": "\#(turn)"}"#)
        }
      }
      let action = random.next(below: 10)
      if workers.isEmpty || action < 3 {
        keys += 1
        let told = try answer(#"{"ask": {"worker": "w", "key": "k\#(keys)"}}"#)
        guard let number = told["trial"]?["number"]?.numberValue,
          let attempt = told["trial"]?["attempt"]?.numberValue
        else { continue }
        workers.append(Worker(key: "k\(keys)", trial: Int(number), attempt: Int(attempt)))
        continue
      }
      let place = random.next(below: workers.count)
      let worker = workers[place]
      switch action {
      case 3:  // It dies without a word.
        workers.remove(at: place)
      case 4, 5:
        _ = try answer(
          #"{"tell": \#(worker.trial), "attempt": \#(worker.attempt), "outcome": "completed", "#
            + #""value": \#(random.nextUnit()), "used": ["a", "b"]}"#)
        workers.remove(at: place)
      case 6:
        let kind = random.next(below: 2) == 0 ? "pruned" : "failed"
        _ = try answer(
          #"{"tell": \#(worker.trial), "attempt": \#(worker.attempt), "outcome": "\#(kind)"}"#)
        workers.remove(at: place)
      case 7:
        let name = ["a", "b", "c"][random.next(below: 3)]
        _ = try answer(
          #"{"suggest": \#(worker.trial), "attempt": \#(worker.attempt), "#
            + #""parameter": {"name": "\#(name)", "uniform": [0, 1]}}"#)
      default:
        workers[place].steps += 1
        let told = try answer(
          #"{"report": \#(worker.trial), "attempt": \#(worker.attempt), "#
            + #""step": \#(worker.steps + 1), "value": \#(random.nextUnit())}"#)
        guard told["prune"]?.boolValue ?? false else { continue }
        _ = try answer(
          #"{"tell": \#(worker.trial), "attempt": \#(worker.attempt), "outcome": "pruned"}"#)
        workers.remove(at: place)
      }
    }
  }

  private static func coordinator(
    _ sampler: SamplerName, isOpen: Bool, pruner: PrunerName = .median
  ) -> StudyCoordinator {
    let space = SamplerCases.space([
      SearchParameter("a", .float(low: 0, high: 1)), SearchParameter("b", .float(low: 0, high: 1)),
      SearchParameter("c", .float(low: 0, high: 1)),
    ])
    return StudyCoordinator(
      StudyTerms(
        name: "s", space: isOpen ? nil : space, sampler: sampler, pruner: pruner, seed: 3,
        budget: 60, steps: 20, leaseMs: 400))
  }

  @Test(arguments: [SamplerName.random, .tpe, .gaussianProcess, .cmaes], [true, false])
  func `events that went through JSON make the same study again`(
    sampler: SamplerName, isOpen: Bool
  ) throws {
    try Self.replay(sampler, isOpen: isOpen, pruner: .median)
  }

  @Test(arguments: [true, false])
  func `so they do where stopped trials are trained again`(isOpen: Bool) throws {
    try Self.replay(.tpe, isOpen: isOpen, pruner: .asha)
  }

  private static func replay(_ sampler: SamplerName, isOpen: Bool, pruner: PrunerName) throws {
    var study = Self.coordinator(sampler, isOpen: isOpen, pruner: pruner)
    var lines: [[UInt8]] = []
    try Self.play(&study, seed: 7) { answer, _, _ in
      lines += answer.events.map { $0.json.encoded() }
    }
    #expect(lines.count > 60)
    var again = Self.coordinator(sampler, isOpen: isOpen, pruner: pruner)
    for line in lines {
      again.apply(try StudyEvent(json: JSONValue(parsing: line)), nowMs: 1_000_000)
    }
    #expect(again.study.trials.map(\.point) == study.study.trials.map(\.point))
    #expect(again.study.trials.map(\.promotion) == study.study.trials.map(\.promotion))
    #expect(pruner != .asha || study.study.trials.contains { $0.promotion != nil })
    // In words, because a value that is no number is not equal to itself.
    #expect(again.study.trials.map { "\($0.state)" } == study.study.trials.map { "\($0.state)" })
    #expect(again.space == study.space)
    #expect(again.running == study.running)
    #expect(again.enqueued == study.enqueued && again.begunCount == study.begunCount)
    #expect(study.begunCount > 0)
    #expect(again.attributes == study.attributes && !study.attributes.isEmpty)
    for number in 0..<study.trialCount {
      #expect(again.report(of: number) == study.report(of: number))
      #expect(again.records[number].attempt == study.records[number].attempt)
      #expect(again.records[number].reports == study.records[number].reports)
      #expect(again.records[number].verdict == study.records[number].verdict)
      #expect(again.records[number].attributes == study.records[number].attributes)
    }
    // Both go on in the same way: what samplers remember changes nothing.
    #expect(again.study.trials.count <= 60)
    let ask = Array(#"{"ask": {"worker": "w", "key": "next"}}"#.utf8)
    let later = again.answer(ask, nowMs: 2_000_000).json
    #expect(later == study.answer(ask, nowMs: 2_000_000).json)
  }

  @Test(arguments: 0..<10)
  func `no trial has two holders at a time, and none is lost`(seed: Int) throws {
    var study = Self.coordinator(.random, isOpen: false)
    /// Who holds a trial, and until when it may be silent.
    var holders: [Int: (attempt: Int, until: Int64)] = [:]
    try Self.play(&study, seed: UInt64(seed)) { answer, study, now in
      for event in answer.events {
        switch event {
        case .asked(let number, _, _, _, _):
          #expect(holders[number] == nil, "trial \(number) twice")
          holders[number] = (1, now + 400)
        case .given(let number, _, _):
          let holder = try #require(holders[number])
          #expect(holder.until <= now, "trial \(number) was not silent")
          holders[number] = (holder.attempt + 1, now + 400)
        case .told(let number, _, _, _, _, _, _): holders[number] = nil
        case .reported(let number, _, _, _), .drew(let number, _, _, _),
          .noted(let number?, _, _):
          holders[number]?.until = now + 400
        case .enqueued, .noted: break
        }
      }
      // A report without news renews, too.
      for number in study.running where study.records[number].leaseUntilMs == now + 400 {
        holders[number]?.until = now + 400
      }
      #expect(Set(holders.keys) == study.running)
    }
    // Whoever comes now gets everything that was lost, and then nothing more.
    var now: Int64 = 10_000_000
    for turn in 0..<200 {
      now += 200
      guard let number = try StudyCoordinatorTests.take(&study, "end\(turn)", at: now) else {
        continue
      }
      let attempt = study.records[number].attempt
      _ = try StudyCoordinatorTests.ask(
        &study,
        #"{"tell": \#(number), "attempt": \#(attempt), "outcome": "completed", "value": 1}"#,
        at: now)
    }
    #expect(study.trialCount == 60)
    #expect((0..<60).allSatisfy { study.report(of: $0) != nil })
  }
}
