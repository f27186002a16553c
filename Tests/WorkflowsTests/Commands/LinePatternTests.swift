import Testing

@testable import Workflows

@Suite struct LinePatternTests {
  @Test(arguments: [
    (#"loss=(\S+)"#, "loss=0.5\n", 0.5), (#"loss[=:] *([0-9.e+-]+)"#, "x loss: 1e-3, y", 1e-3),
    (#"loss=(\S+)"#, "loss=0.5\nloss=0.25\r\nend", 0.25),
    (#"(?:val|test) acc (\d+(?:\.\d+)?)%"#, "test acc 97.5% in 3 s", 97.5),
    (#"\d+"#, "a 1 b 22", 22), (#"^(-?\d+)$"#, "x 1\n-7", -7),
    (#"(?P<value>\d+) of (\d+)"#, "3 of 10", 3), (#"\bx=(.+?),"#, "ax=1, x=2, 3,", 2),
    (#"[^a-z](\d{2,3})"#, "a1234 b=56", 56), (#"a|b(\d)"#, "b7", 7), (#"é=(\d)"#, "é=4", 4),
    (#"x{2}y*(\d)?"#, "xxyy5", 5), (#"loss (nan|[\d.]+)"#, "loss 1\nloss nan", .nan),
    (#"loss=(.*)"#, "loss= 0.5 \t", 0.5), (#"loss=(.*)"#, "loss=1 2", .nan),
    (#"loss=(\S+)$"#, "1: loss=3\r2: loss=2 \r3: loss=1\r", 1),
    (#"[]x](\d)"#, "]8", 8), (#"(\d+)(?:px|em)"#, "10px 20em 30", 20),
  ])
  func `the last match gives the number`(pattern: String, text: String, number: Double) throws {
    let found = try #require(try LinePattern(pattern).lastNumber(in: Array(text.utf8)))
    #expect(found == number || (found.isNaN && number.isNaN))
  }

  @Test func `the last of thousands of values that overwrote each other is found`() throws {
    let bar = (1...5_000).map { "step \($0) loss=\($0)\r" }.joined()
    #expect(try LinePattern(#"loss=(\d+)"#).lastNumber(in: Array(bar.utf8)) == 5_000)
  }

  @Test func `nothing is found where nothing matches, and no number in what is none`() throws {
    #expect(try LinePattern(#"loss=(\d)"#).lastNumber(in: Array("lost=1".utf8)) == nil)
    #expect(try LinePattern("l(.*)").lastNumber(in: Array("lost".utf8))?.isNaN == true)
  }

  @Test func `earlier alternatives and greedy repetition are preferred`() throws {
    func whole(_ pattern: String, _ text: String) throws -> Range<Int>? {
      try LinePattern(pattern).match(in: Array(text.utf8)[...], from: 0)?.whole
    }
    #expect(try whole("a|ab", "ab") == 0..<1)
    #expect(try whole("ab|a", "ab") == 0..<2)
    #expect(try whole("a+", "baaa") == 1..<4)
    #expect(try whole("a+?", "baaa") == 1..<2)
    #expect(try whole("(a*)*b", "aab") == 0..<3)
    #expect(try whole("x*", "ab") == 0..<0)
  }

  @Test(.timeLimit(.minutes(1)))
  func `patterns on which others backtrack for ever end`() throws {
    let line = [UInt8](repeating: UInt8(ascii: "a"), count: 16_000)
    #expect(try LinePattern("(a+)+$x").lastNumber(in: line) == nil)
    #expect(try LinePattern("(a|a)*(a|aa)*b").lastNumber(in: Array(line.prefix(2_000))) == nil)
  }

  @Test(arguments: [
    ("a(b", "a '(' without its ')', at character 4"),
    ("a)", "a ')' without its '(', at character 2"),
    ("*a", "nothing to repeat, at character 2"), ("[a", "a '[' without its ']', at character 3"),
    ("(?=a)", "a kind of group that is not known, at character 3"),
    (#"(a)\1"#, #"an escape that is not known, '\1', at character 6"#),
    ("a{2000}", "more than 1000 repetitions, at character 2"),
    ("((a{100}){100}){100}", "the pattern is too large; repeat less"),
    ("", "a pattern has 1 to 500 bytes"),
    ("a\\", "a backslash without a character, at character 3"),
  ])
  func `a pattern that is none is refused`(pattern: String, message: String) {
    #expect(throws: CommandProblem(message: message)) { try LinePattern(pattern) }
  }
}
