import Basics
import JobProtocol
import Testing

@testable import Optimization

/// Points that somebody wants tried, and what programs note.
struct EnqueuedPointTests {
  private static func enqueue(
    _ study: inout StudyCoordinator, _ point: String, key: String = "e", more: String = ""
  ) throws -> JSONValue {
    try StudyCoordinatorTests.ask(
      &study, #"{"enqueue": {"point": \#(point), "key": "\#(key)"\#(more)}}"#)
  }

  private static func point(_ study: inout StudyCoordinator, _ key: String) throws -> JSONValue? {
    try StudyCoordinatorTests.ask(&study, #"{"ask": {"worker": "w", "key": "\#(key)"}}"#)["trial"]?[
      "point"]
  }

  private static func conditional(initial: [SearchPoint] = []) throws -> SearchSpace {
    try SearchSpace(
      [
        SearchParameter("kind", .categorical(["a", "b"])),
        SearchParameter("m", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["b"])),
        SearchParameter("n", .int(low: 1, high: 9)),
      ], constraints: [Constraint(parsing: "n <= 5")], initialPoints: initial)
  }

  @Test func `what was enqueued comes in its order, and the sampler fills in the rest`() throws {
    var study = StudyCoordinatorTests.coordinator()
    let whole = #"{"x": 0.5, "n": 3, "kind": 1}"#
    #expect(try Self.enqueue(&study, whole, key: "1") == ["enqueued": true, "waiting": 1])
    #expect(try Self.enqueue(&study, #"{"n": 7}"#, key: "2")["waiting"] == 2)
    // The same question again is an answer that was lost.
    #expect(try Self.enqueue(&study, #"{"n": 7}"#, key: "2") == ["enqueued": true, "waiting": 2])
    #expect(
      try Self.point(&study, "a") == ["x": .number(0.5), "n": 3, "kind": "1"])
    let filled = try #require(try Self.point(&study, "b"))
    #expect(filled["n"] == 7)
    #expect(filled.objectValue?.count == 3)
    #expect(study.space.contains(study.study.trials[1].point))
    #expect(study.waitingCount == 0)
    _ = try StudyCoordinatorTests.ask(
      &study, #"{"tell": 1, "attempt": 1, "outcome": "completed", "value": 1}"#)
    #expect(study.report(of: 1)?.enqueued == #"{"n":7}"#)
  }

  @Test func `initial points of the space come first, and the budget holds`() throws {
    let first = SearchPoint(["kind": .category("a"), "n": .int(2)])
    var study = StudyCoordinatorTests.coordinator(
      budget: 2, space: try Self.conditional(initial: [first]))
    _ = try Self.enqueue(&study, #"{"kind": "a", "n": 4}"#)
    #expect(try Self.point(&study, "a") == ["kind": "a", "n": 2])
    #expect(try Self.point(&study, "b") == ["kind": "a", "n": 4])
    let full = try Self.enqueue(&study, #"{"n": 1}"#, key: "late")
    #expect(full["error"]?["code"] == "search_point_invalid")
    #expect(full["error"]?["message"]?.stringValue?.contains("2 trials have begun") == true)
  }

  @Test func `a grid gives each combination beside enqueued points, also taken up again`() throws {
    let space = try SearchSpace(
      [
        SearchParameter("kind", .categorical(["a", "b"])),
        SearchParameter("n", .int(low: 1, high: 3)),
      ], initialPoints: [SearchPoint(["kind": .category("a"), "n": .int(2)])])
    var study = StudyCoordinatorTests.coordinator(budget: 10, space: space, sampler: .grid)
    var journal: [StudyEvent] = []
    func answer(_ question: String, at nowMs: Int64 = 0) -> JSONValue {
      let answer = study.answer(Array(question.utf8), nowMs: nowMs)
      journal += answer.events
      // Whoever leads the study dies after each answer, and another one takes it up.
      var next = StudyCoordinator(study.terms)
      for event in journal { next.apply(event, nowMs: nowMs) }
      study = next
      return answer.json
    }
    func enqueue(_ point: String, _ key: String) {
      let told = answer(#"{"enqueue": {"point": \#(point), "key": "\#(key)"}}"#)
      #expect(told["enqueued"] == true)
    }
    var points: [JSONValue] = []
    enqueue(#"{"kind": "b", "n": 1}"#, "whole")
    for turn in 0..<10 {
      if turn == 4 {
        enqueue(#"{"n": 3}"#, "part")
        enqueue(#"{"kind": "b", "n": 1}"#, "again")
      }
      // Three askers, of whom some tell what came out before the next ones ask.
      let asked = answer(#"{"ask": {"worker": "w\#(turn % 3)", "key": "k\#(turn)"}}"#)
      points.append(try #require(asked["trial"]?["point"]))
      if turn % 3 == 2 {
        _ = answer(
          #"{"tell": \#(turn - 1), "attempt": 1, "outcome": "completed", "value": 1}"#)
      }
    }
    let given = [0, 1, 4, 5]
    #expect(points[1] == ["kind": "b", "n": 1] && points[5] == points[1])
    #expect(points[4]["n"] == 3)
    let drawn = points.indices.filter { !given.contains($0) }.map { points[$0] }
    #expect(Set(drawn.map { String(decoding: $0.encoded(), as: UTF8.self) }).count == 6)
    #expect(answer(#"{"ask": {"worker": "w", "key": "last"}}"#)["done"] != true)
    #expect(study.study.trials.map(\.isGiven) == (0..<10).map { given.contains($0) })
  }

  @Test func `a part whose parameter needs another value gets that, within the rules`() throws {
    for seed in 0..<20 {
      var study = StudyCoordinator(
        StudyTerms(
          name: "s", space: try Self.conditional(), sampler: .random, seed: UInt64(seed)))
      #expect(try Self.enqueue(&study, #"{"m": 0.25}"#)["enqueued"] == true)
      let point = try #require(try Self.point(&study, "a"))
      #expect(point["m"]?.numberValue == 0.25 && point["kind"] == "b")
      #expect(study.space.contains(study.study.trials[0].point))
    }
  }

  @Test(arguments: [
    (#"{"N": 1}"#, "names N, which is no parameter"), (#"{"n": 10}"#, "n the value 10"),
    (#"{"n": 6}"#, "a condition or a rule excludes"), (#"{"kind": "c"}"#, "kind the value c"),
    (#"{"kind": "a", "m": 0.5}"#, "a condition or a rule excludes"),
    (#"{"n": [1]}"#, "gives n what is no number"), (#"{"n": 1.5}"#, "n the value 1.5"),
  ])
  func `what no point has is refused, and changes nothing`(point: String, words: String) throws {
    var study = StudyCoordinatorTests.coordinator(space: try Self.conditional())
    let answer = try Self.enqueue(&study, point)
    #expect(answer["error"]?["message"]?.stringValue?.contains(words) == true, "\(answer)")
    #expect(study.waitingCount == 0)
  }

  @Test func `what was tried or waits is skipped where that is wanted`() throws {
    var study = StudyCoordinatorTests.coordinator()
    let (skip, point) = (#", "skip_if_exists": true"#, #"{"x": 1, "n": 3}"#)
    #expect(try Self.enqueue(&study, point, key: "1", more: skip)["enqueued"] == true)
    #expect(
      try Self.enqueue(&study, point, key: "2", more: skip) == ["enqueued": false, "waiting": 1])
    _ = try StudyCoordinatorTests.take(&study, "a")
    #expect(try Self.enqueue(&study, point, key: "3", more: skip)["enqueued"] == false)
    // Others of the same parameters, the same values of fewer, and without the word again.
    #expect(try Self.enqueue(&study, #"{"x": 1, "n": 4}"#, key: "4", more: skip)["waiting"] == 1)
    #expect(try Self.enqueue(&study, #"{"x": 1}"#, key: "5", more: skip)["waiting"] == 2)
    #expect(try Self.enqueue(&study, point, key: "6")["waiting"] == 3)
  }

  @Test func `a space that shows itself gives parameters what was wanted when they come`() throws {
    var study = StudyCoordinatorTests.coordinator(space: nil)
    _ = try Self.enqueue(&study, #"{"rate": 0.25, "width": 2, "act": "null"}"#)
    #expect(try Self.point(&study, "a") == [:])
    func suggest(_ parameter: String) throws -> JSONValue {
      try StudyCoordinatorTests.ask(
        &study, #"{"suggest": 0, "attempt": 1, "parameter": \#(parameter)}"#)
    }
    #expect(
      try suggest(#"{"name": "rate", "uniform": [0, 1]}"#)["point"]?["rate"]?.numberValue == 0.25)
    let act = try suggest(#"{"name": "act", "choice": ["relu", "null"]}"#)
    #expect(act["point"]?["act"] == "null")
    #expect(act["note"] == nil)
    // What the program does not allow is drawn anew, and said.
    let width = try suggest(#"{"name": "width", "int": [3, 9]}"#)
    #expect(width["note"]?.stringValue?.contains("width the value 2") == true)
    #expect((3...9).contains(try #require(width["point"]?["width"]?.numberValue)))
    // Now they are known.
    let wrong = try Self.enqueue(&study, #"{"rate": 7}"#, key: "2")
    #expect(wrong["error"]?["code"] == "search_point_invalid")
    _ = try Self.enqueue(&study, #"{"rate": 0.75}"#, key: "3")
    #expect(try Self.point(&study, "b")?["rate"]?.numberValue == 0.75)
  }

  @Test func `notes of a trial are those of the attempt that counts`() throws {
    var study = StudyCoordinatorTests.coordinator()
    let notes = #", "user_attributes": {"why": "\"a guess\""}"#
    _ = try Self.enqueue(&study, #"{"x": 1}"#, more: notes)
    let asked = try StudyCoordinatorTests.ask(&study, #"{"ask": {"worker": "w", "key": "a"}}"#)
    #expect(asked["trial"]?["user_attributes"] == ["why": #""a guess""#])
    func note(_ attempt: Int, _ key: String, _ text: String, at nowMs: Int64) throws -> JSONValue {
      let question: JSONValue = [
        "set-attribute": 0, "attempt": .number(Double(attempt)), "key": .string(key),
        "value_json": .string(text),
      ]
      return study.answer(question.encoded(), nowMs: nowMs).json
    }
    #expect(try note(1, "large", "1152921504606846977", at: 1) == ["lost": false])
    #expect(study.records[0].attributes["large"] == "1152921504606846977")
    // Given to another worker, it begins again; what was enqueued with it stays.
    #expect(try StudyCoordinatorTests.take(&study, "b", at: 500) == 1)
    #expect(try StudyCoordinatorTests.take(&study, "c", at: 1_001) == 0)
    #expect(study.records[0].attributes == ["why": #""a guess""#])
    #expect(try note(1, "late", "1", at: 1_002) == ["lost": true])
    #expect(try note(2, "own", "NaN", at: 1_002) == ["lost": false])
    let wrong = try note(2, "own", "{", at: 1_002)
    #expect(wrong["error"]?["message"]?.stringValue?.contains("is no JSON text") == true)
    let long = try note(2, "long", "\"" + String(repeating: "x", count: 17_000) + "\"", at: 1_002)
    #expect(long["error"]?["message"]?.stringValue?.contains("16384 are the most") == true)
    _ = try StudyCoordinatorTests.ask(
      &study, #"{"tell": 0, "attempt": 2, "outcome": "completed", "value": 1}"#, at: 1_003)
    #expect(study.report(of: 0)?.attributes == ["why": #""a guess""#, "own": "NaN"])
    #expect(
      try StudyCoordinatorTests.ask(&study, #"{"best": true}"#)["user_attributes"]?["own"] == "NaN")
    #expect(try note(2, "after", "1", at: 1_004) == ["lost": true])
  }

  /// Points and notes leave in lines of 64 KiB at most, in which each quote of a text is escaped.
  @Test func `a point, and notes as they are kept, are refused beyond 16,384 bytes`() throws {
    var study = StudyCoordinatorTests.coordinator(space: nil)
    let long = String(repeating: "x", count: 16_400)
    let point = try Self.enqueue(&study, #"{"note": "\#(long)"}"#)
    #expect(point["error"]?["message"]?.stringValue?.contains("at most 16384 bytes") == true)
    #expect(study.waitingCount == 0)
    let quotes = JSONValue.string(String(repeating: "\"", count: 4_000)).encoded()
    let question: JSONValue = [
      "set-attribute": [
        "key": "quotes", "value_json": .string(String(decoding: quotes, as: UTF8.self)),
      ]
    ]
    let note = study.answer(question.encoded(), nowMs: 0).json
    #expect(note["error"]?["message"]?.stringValue?.contains("16384 are the most") == true)
    #expect(study.attributesText == nil)
  }

  @Test func `a study has notes of its own, at any time`() throws {
    var study = StudyCoordinatorTests.coordinator()
    let question = #"{"set-attribute": {"key": "team", "value_json": "[1, 2]"}}"#
    let first = study.answer(Array(question.utf8), nowMs: 0)
    #expect(first.json == ["lost": false])
    #expect(first.events.count == 1)
    // The same again is no news.
    #expect(study.answer(Array(question.utf8), nowMs: 0).events.isEmpty)
    #expect(study.attributesText == #"{"team":"[1, 2]"}"#)
    #expect(
      try StudyCoordinatorTests.ask(&study, #"{"state": true}"#)["user_attributes"]
        == ["team": "[1, 2]"])
  }
}
