import Basics
import Testing

@testable import Optimization

struct SearchDialogueTests {
  /// Answers to lines, one after another.
  static func answers(_ lines: [String]) throws -> [JSONValue] {
    var dialogue = SearchDialogue()
    return try lines.map { try JSONValue(parsing: dialogue.answer(Array($0.utf8))) }
  }

  static let begin = """
    {"space": {"parameters": [{"name": "x", "uniform": [0, 1]}], "initial": [{"x": 0.25}]}, \
    "sampler": "random", "pruner": "successive_halving", "seed": 3, "steps": 100}
    """

  @Test func `a study is begun, asked, told and ended by lines`() throws {
    let answers = try Self.answers([
      Self.begin, "{\"ask\": 2}", "{\"tell\": 0, \"values\": [3]}",
      "{\"tell\": 0, \"values\": [1]}",
      "{\"tell\": 1, \"failed\": \"why\"}", "{\"best\": true}",
    ])
    #expect(answers[0]["sampler"] == "random")
    #expect(answers[0]["rungs"] == [3, 9, 27, 81])
    #expect(answers[0]["fingerprint"]?.stringValue?.count == 64)
    #expect(answers[1]["trials"]?[0] == ["number": 0, "point": ["x": .number(0.25)]])
    #expect(answers[1]["trials"]?.arrayValue?.count == 2)
    #expect(answers[2] == ["told": true])
    #expect(answers[3] == ["told": false])
    #expect(
      answers[5] == [
        "trials": [["number": 0, "point": ["x": .number(0.25)], "values": [3]]]
      ])
  }

  @Test func `a report is answered at the pruner's rungs, from what others reported there`() throws
  {
    var lines = [Self.begin, "{\"ask\": 4}"]
    for number in 0..<3 { lines.append("{\"report\": \(number), \"step\": 3, \"value\": 1}") }
    lines += [
      "{\"report\": 3, \"step\": 2, \"value\": 2}", "{\"report\": 3, \"step\": 3, \"value\": 2}",
    ]
    let answers = try Self.answers(lines).suffix(5)
    #expect(answers.map { $0["prune"]?.boolValue } == [false, false, false, false, true])
  }

  @Test func `who reports less often is judged at the first report beyond a rung`() throws {
    var lines = [Self.begin, "{\"ask\": 4}"]
    for number in 0..<3 { lines.append("{\"report\": \(number), \"step\": 9, \"value\": 1}") }
    lines += [
      "{\"report\": 3, \"step\": 12, \"value\": 2}", "{\"report\": 2, \"step\": 9, \"value\": 1}",
    ]
    let answers = try Self.answers(lines).suffix(2)
    #expect(answers.first?["prune"] == true)
    // A step that does not rise is refused.
    #expect(answers.last?["error"] != nil)
  }

  @Test func `a trial that has done all steps is never stopped`() throws {
    let begin = Self.begin.replacing("successive_halving", with: "patience")
    let all = [Self.begin, begin].map { begin in
      [begin, "{\"ask\": 4}"]
        + (0..<4).map { "{\"report\": \($0), \"step\": 100, \"value\": \($0)}" }
        + ["{\"ask\": 1}", "{\"report\": 4, \"step\": 99, \"value\": 9}"]
    }
    let halved = try Self.answers(all[0])
    #expect(halved.dropFirst(2).prefix(4).allSatisfy { $0["prune"] == false })
    #expect(halved.last?["prune"] == true)
    #expect(try Self.answers(all[1]).dropFirst(2).prefix(4).allSatisfy { $0["prune"] == false })
  }

  @Test func `a trial that is stopped for a report that is no number is told as pruned`() throws {
    let answers = try Self.answers([
      Self.begin, "{\"ask\": 1}", "{\"report\": 0, \"step\": 3, \"value\": null}",
      "{\"tell\": 0, \"pruned\": null, \"step\": 3}",
    ])
    #expect(answers[2] == ["prune": true])
    #expect(answers[3] == ["told": true])
  }

  @Test func `auto says what it chose and why, and several goals have a frontier`() throws {
    let answers = try Self.answers([
      "{\"space\": {\"parameters\": [{\"name\": \"a\", \"bool\": true}]}, \"sampler\": \"auto\", "
        + "\"goals\": [\"minimize\", \"maximize\"], \"budget\": 5}",
      "{\"ask\": 3}", "{\"tell\": 0, \"values\": [1, 1]}", "{\"tell\": 1, \"values\": [0, 1]}",
      "{\"tell\": 2, \"values\": [NaN, null]}", "{\"best\": true}",
    ])
    #expect(answers[0]["sampler"] == "grid")
    #expect(answers[0]["reason"] == "all 2 combinations fit into 5 trials")
    #expect(answers[5]["trials"]?.arrayValue?.count == 1)
  }

  @Test(arguments: [
    "", "{", "[]", "{\"ask\": 1}", "{\"space\": {}}",
    "{\"space\": {\"parameters\": []}, \"sampler\": \"magic\"}",
    "{\"space\": {\"parameters\": []}, \"goals\": [\"up\"]}",
    "{\"space\": {\"parameters\": []}, \"goals\": []}",
    "{\"space\": {\"parameters\": []}, \"goals\": \"maximize\"}",
    "{\"space\": {\"parameters\": []}, \"sampler\": 7}",
    "{\"space\": {\"parameters\": []}, \"prunner\": \"median\"}",
    "{\"space\": {\"parameters\": []}, \"seed\": -1}",
  ])
  func `what cannot begin a study is answered with an error`(line: String) throws {
    let answer = try Self.answers([line])[0]
    #expect(answer["error"]?["message"]?.stringValue?.isEmpty == false)
  }

  @Test(arguments: [
    "{\"ask\": 0}", "{\"ask\": 1e9}", "{\"tell\": 9, \"values\": [1]}", "{\"tell\": 0}",
    "{\"tell\": 0, \"values\": [\"a\"]}", "{\"tell\": 0, \"values\": []}",
    "{\"tell\": 0, \"values\": [1, 2]}", "{\"tell\": 0, \"pruned\": \"a\"}",
    "{\"report\": 0, \"step\": 0, \"value\": 1}",
    "{\"report\": 0, \"step\": 1}", "{\"what\": 1}",
  ])
  func `a wrong question changes nothing`(line: String) throws {
    let answers = try Self.answers([
      Self.begin, "{\"ask\": 1}", line, "{\"tell\": 0, \"values\": [1]}",
    ])
    #expect(answers[2]["error"] != nil)
    #expect(answers[3] == ["told": true])
  }
}
