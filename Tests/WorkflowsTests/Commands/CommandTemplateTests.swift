import Testing

@testable import Workflows

@Suite struct CommandTemplateTests {
  @Test(arguments: [
    ("python train.py --lr {lr}", ["python", "train.py", "--lr", "{lr}"]),
    ("a  'b c' \"d 'e'\" f\\ g", ["a", "b c", "d 'e'", "f g"]),
    ("a ''", ["a", ""]),
    ("a \"\\n \\\" \\\\\"", ["a", "\\n \" \\"]),
    ("a 'x|y' '|' --w='1 2'", ["a", "x|y", "|", "--w=1 2"]),
    ("a\n  b", ["a", "b"]),
  ])
  func `a line is taken apart as a shell does`(line: String, words: [String]) throws {
    #expect(try CommandTemplate(line: line).words == words)
  }

  @Test(arguments: [
    ("a | b", "'|' means something to a shell alone; write [sh, -c, \"…\"]"),
    ("a > b", "'>' means something to a shell alone; write [sh, -c, \"…\"]"),
    ("a 'b", "a quote, or a backslash, has no end"),
    ("a \\", "a quote, or a backslash, has no end"),
    (" ", "it has no words"),
  ])
  func `what a shell alone would understand is refused`(line: String, message: String) {
    #expect(throws: CommandProblem(message: message)) { try CommandTemplate(line: line) }
  }

  @Test func `places are filled, and a word without its value is left out`() {
    let template = CommandTemplate(
      words: [
        "t", "--lr={lr}", "{a}-{b}", "--drop={drop}", "${HOME}", "{{lr}}", "{x y}", "{\"k\":1}",
      ])
    #expect(template.places == ["lr", "a", "b", "drop"])
    #expect(
      template.filled(["lr": "0.1", "a": "1", "b": "two words"])
        == ["t", "--lr=0.1", "1-two words", "${HOME}", "{lr}", "{x y}", "{\"k\":1}"])
  }

  @Test func `a value is one word, whatever is in it`() {
    let template = CommandTemplate(words: ["t", "{v}"])
    #expect(template.filled(["v": "$(rm -rf /) {v}"]) == ["t", "$(rm -rf /) {v}"])
  }
}
