import API
import Basics
import Testing

@testable import FactoryCLI

@Suite struct TextTableTests {
  @Test func `columns line up and numbers stand at the right`() {
    let table = TextTable(
      ["NAME", .number("ROWS")], rows: [["wine", "6497"], ["a longer name", "3"]])
    #expect(
      table.rendered(on: .pipe) == """
        NAME           ROWS
        wine           6497
        a longer name     3

        """)
  }

  @Test func `no line is wider than 100 columns`() {
    let table = TextTable(
      ["A", "B", "C"],
      rows: [[String(repeating: "x", count: 90), String(repeating: "y", count: 70), "short"]])
    let lines = table.rendered(on: .pipe).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines[1].hasSuffix("…  short"))
  }

  @Test func `properties of one thing are told whole`() {
    let message = String(repeating: "x", count: 300)
    let table = TextTable.properties([("message", .init(message)), ("job", "j")])
    #expect(table.rendered(on: .pipe) == "message  \(message)\njob      j\n")
  }

  @Test func `control characters of a value do not reach the terminal`() {
    let table = TextTable(["A"], rows: [["x\u{1B}[31m\ny"]])
    #expect(table.rendered(on: .pipe) == "A\nx [31m y\n")
  }

  @Test func `controls of Latin-1 and separators of lines do not reach it either`() {
    let table = TextTable(["A"], rows: [["x\u{9B}31m\u{2028}y\u{A0}ä"]])
    #expect(table.rendered(on: .pipe) == "A\nx 31m y\u{A0}ä\n")
  }

  @Test(
    arguments: [
      ("", 0), ("wine", 4), ("größe", 5), ("gro\u{308}ße", 5), ("日本", 4), ("한국", 4), ("ﾊﾝ", 2),
      ("Ａ", 2), ("🚀", 2), ("👩‍🔬", 2), ("🇩🇪", 2), ("☀", 1), ("☀\u{FE0F}", 2), ("–…", 2), ("⠙", 1),
    ])
  func `signs of East Asian scripts and emoji take two columns`(text: String, columns: Int) {
    #expect(CellWidth.of(text) == columns)
  }

  @Test func `columns line up behind wide signs, and a cut leaves no half of one`() {
    let table = TextTable(
      ["NAME", "STATE"], rows: [["日本 🚀", "ready"], ["wine", "failed"]])
    #expect(table.rendered(on: .pipe) == "NAME     STATE\n日本 🚀  ready\nwine     failed\n")
    let long = TextTable(
      ["A", "B"], rows: [["x", String(repeating: "日", count: 80)]]
    ).rendered(on: .pipe).split(separator: "\n")[1]
    #expect(CellWidth.of(String(long)) <= 100 && long.hasSuffix("日…"))
  }

  @Test func `a pipe gets no colors and a terminal does`() {
    let table = TextTable(["STATE"], rows: [[.status("failed")]])
    #expect(!table.rendered(on: .pipe).contains("\u{1B}"))
    let terminal = Terminal(isInteractive: true, hasColor: true, width: 80)
    #expect(table.rendered(on: terminal).contains("\u{1B}[31mfailed\u{1B}[0m"))
  }

  @Test func `an empty table says so`() {
    let table = TextTable(["A"], rows: [[String]](), whenEmpty: "No jobs.")
    #expect(table.rendered(on: .pipe) == "No jobs.\n")
  }
}

@Suite struct LeadingOptionsTests {
  @Test func `options before the verb become environment`() {
    let taken = LeadingOptions.taken(
      from: ["--home", "/h", "--output=json", "jobs", "list", "--home", "/other"])
    #expect(taken.environment == ["AIFACTORY_HOME": "/h", "AIFACTORY_OUTPUT": "json"])
    #expect(taken.remaining == ["jobs", "list", "--home", "/other"])
  }

  @Test func `an option without its value is left to the parser`() {
    #expect(LeadingOptions.taken(from: ["--home"]).remaining == ["--home"])
  }
}

@Suite struct JSONOutputTests {
  @Test func `names that are data are printed as they are`() throws {
    let answer = #"{"probabilities":{"<=50K":0.25,"isGood":0.5,"snake_case":0.25}}"#
    let bytes = try Output.json(JSONValue(parsing: Array(answer.utf8)))
    #expect(String(decoding: bytes, as: UTF8.self) == answer)
    let read = try WireCoding.decode(JSONValue.self, from: Array(answer.utf8))
    #expect(read == (try JSONValue(parsing: Array(answer.utf8))))
  }
}
