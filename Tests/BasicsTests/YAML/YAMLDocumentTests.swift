import Basics
import Testing

struct YAMLDocumentTests {
  @Test(arguments: [
    ("on", YAMLScalar.text("on")), ("yes", .text("yes")), ("no", .text("no")),
    ("1e-5", .number(1e-5)), ("1.", .number(1)), (".5", .number(0.5)), ("+7", .integer(7)),
    ("0x1F", .integer(31)), ("0o17", .integer(15)), ("017", .integer(17)),
    ("1_000", .text("1_000")),
    ("true", .bool(true)), ("null", .null), ("~", .null), ("'12'", .text("12")),
    ("\"true\"", .text("true")), ("12:30", .text("12:30")), ("-.inf", .number(-.infinity)),
    ("!!str 12", .text("12")), ("1e", .text("1e")), ("nan", .text("nan")),
    ("9223372036854775808", .number(9223372036854775808)),
  ])
  func `a scalar is typed by the core schema of YAML 1_2`(text: String, value: YAMLScalar) throws {
    let node = try YAMLDocument.parse("a: \(text)", file: "f.yaml").required("a", in: "the file")
    #expect(node.scalar == value)
  }

  @Test func `every node knows its line and column`() throws {
    let text = "a: 1\nb:\n  - x\n  - {c: 2, d: [3]}\n"
    let b = try YAMLDocument.parse(text, file: "f").required("b", in: "f").list()
    #expect(b[0].line == 3 && b[0].column == 5)
    let d = try b[1].required("d", in: "b").list()[0]
    #expect(d.line == 4 && d.column == 16)
  }

  @Test func `a repeated key names both lines`() {
    let error = #expect(throws: YAMLError.self) {
      try YAMLDocument.parse("a: 1\nb: 2\na: 3\n", file: "w.yaml")
    }
    #expect(error?.code == .yamlDuplicateKey)
    #expect(error?.line == 3)
    #expect(error?.message == "w.yaml:3:1: the key 'a' stands here again, first in line 1")
  }

  @Test func `an unknown key is told with the nearest known one`() throws {
    let node = try YAMLDocument.parse("data:\n  tarqet: quality\n", file: "w.yaml")
    let data = try node.required("data", in: "the file")
    let error = #expect(throws: YAMLError.self) {
      try data.refuseKeys(otherThan: ["source", "target"], in: "data")
    }
    #expect(error?.line == 2 && error?.column == 3)
    #expect(error?.hint == "did you mean 'target'?")
  }

  @Test func `a value of the wrong type tells what was expected and found`() throws {
    let node = try YAMLDocument.parse("trials: many\nseed: 1.5\nname: [a]", file: "w.yaml")
    #expect(
      #expect(throws: YAMLError.self) { try node.required("trials", in: "f").integer() }?.message
        == "w.yaml:1:9: expected a whole number, found the text 'many'")
    #expect(throws: YAMLError.self) { try node.required("seed", in: "f").integer() }
    #expect(
      #expect(throws: YAMLError.self) { try node.required("name", in: "f").text() }?.problem
        == "expected a text, found a list")
  }

  @Test func `aliases are laid out, and a bomb of them is refused`() throws {
    let node = try YAMLDocument.parse("a: &x {k: 1}\nb: *x\n", file: "f")
    #expect(try node.required("b", in: "f").required("k", in: "b").integer() == 1)
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in 1...12 {
      bomb +=
        "a\(i): &a\(i) ["
        + Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let error = #expect(throws: YAMLError.self) { try YAMLDocument.parse(bomb, file: "f") }
    #expect(error?.code == .yamlTooLarge)
  }

  @Test func `deep nesting is an error, not a crash`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: YAMLError.self) { try YAMLDocument.parse(deep, file: "f") }
    let dashes = String(repeating: "- ", count: 100_000)
    #expect(throws: YAMLError.self) { try YAMLDocument.parse(dashes, file: "f") }
  }

  @Test(arguments: [
    ("a: b: c\n", 1), ("a: [1, 2\nb: 3\n", 2), ("a: 1\n b: 2\n", 2), ("a:\n\t- 1\n", 2),
    ("a: 'x\n", 2), ("a: @x\n", 1), ("a: *nobody\n", 1), ("---\na: 1\n---\nb: 2\n", 3),
    ("? [a]\n: 1\n", 1),
  ])
  func `wrong syntax is told with its line and advice`(text: String, line: Int) {
    let error = #expect(throws: YAMLError.self) { try YAMLDocument.parse(text, file: "f") }
    #expect(error?.line == line, "\(String(describing: error))")
  }

  @Test func `an empty text is nothing`() throws {
    #expect(try YAMLDocument.parse("", file: "f").isNull)
    #expect(try YAMLDocument.parse("# only a comment\n", file: "f").isNull)
  }
}
