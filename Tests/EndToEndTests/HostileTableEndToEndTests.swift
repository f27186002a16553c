import Basics
import Foundation
import Testing

/// Tables that nobody prepared, through the built programs: a good model or a sentence that says
/// what is wrong and where; never a crash, a hang or half a dataset.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileTableEndToEndTests {
  struct Hostile: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    /// Words of the error; nil: a dataset is made.
    var refusal: String?
    /// Whether a model can be had, too.
    var isLearnable = false
    var testDescription: String { name }

    init(_ name: String, _ text: String, refusal: String? = nil, isLearnable: Bool = false) {
      self.init(name, bytes: Array(text.utf8), refusal: refusal, isLearnable: isLearnable)
    }

    init(_ name: String, bytes: [UInt8], refusal: String? = nil, isLearnable: Bool = false) {
      self.name = name
      self.bytes = bytes
      self.refusal = refusal
      self.isLearnable = isLearnable
    }
  }

  /// `id,a,farbe,y` where `y` follows from both.
  private static func csv(
    rows: Int = 200, separator: String = ",", end: String = "\n", comma: String = ".",
    header: [String] = ["id", "a", "farbe", "y"], y: ((Int, Double) -> String)? = nil
  ) -> String {
    var random = SeededGenerator(seed: 5)
    var text = header.joined(separator: separator) + end
    for row in 0..<rows {
      let a = (random.nextUnit() * 1000).rounded() / 100
      let color = Int(random.nextUnit() * 3)
      let value = 3 * a + Double(color * 4) + (random.nextUnit() * 100).rounded() / 100
      let cells = [
        "\(row)", "\(a)".replacing(".", with: comma), ["rot", "grün", "blau"][color],
        y?(row, value) ?? "\(value)".replacing(".", with: comma),
      ]
      text += cells.joined(separator: separator) + end
    }
    return text
  }

  private static func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
    ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return bigEndian ? [high, low] : [low, high]
    }
  }

  private static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  static let tables: [Hostile] = [
    Hostile("latin-1.csv", bytes: latin1(csv()), isLearnable: true),
    Hostile("utf-16-with-mark.csv", bytes: utf16(csv(), bigEndian: false, mark: true)),
    Hostile("utf-16-big.csv", bytes: utf16(csv(), bigEndian: true, mark: false)),
    Hostile("utf-16-little.csv", bytes: utf16(csv(), bigEndian: false, mark: false)),
    Hostile("windows-ends.csv", csv(end: "\r\n"), isLearnable: true),
    Hostile("decimal-commas.csv", csv(separator: ";", comma: ","), isLearnable: true),
    Hostile(
      "sql-words.csv", csv(header: ["select", "from \"x\"", "order by; --", "y"]),
      isLearnable: true),
    Hostile("our-names.csv", csv(header: ["_row", "_split", "_part", "y"]), isLearnable: true),
    Hostile("twice.csv", csv(header: ["a", "a", "A", "y"]), isLearnable: true),
    Hostile(
      "quoted-line-ends.csv",
      csv().replacing("rot", with: "\"r\n\"\"o\"\"\r\nt\""), isLearnable: true),
    Hostile(
      "enormous-cell.csv",
      csv().replacing("\n7,", with: "\n\(String(repeating: "7", count: 3_000_000)),")),
    Hostile("gaps-in-target.csv", csv { $0 % 3 == 0 ? "" : "\($1)" }, isLearnable: true),
    Hostile("empty.csv", "", refusal: "empty.csv is empty"),
    Hostile("empty.csv.gz", "", refusal: "empty.csv.gz is empty"),
    Hostile("header-only.csv", "a,b,y\n", refusal: "has a header but no rows"),
    Hostile("one-row.csv", csv(rows: 1), refusal: "There is 1 row with a target"),
    Hostile("no-target.csv", csv(header: ["a", "b", "c", "d"]), refusal: "There is no column y"),
    Hostile("target-without-values.csv", csv { _, _ in "" }, refusal: "has no value in any"),
    Hostile(
      "words-in-target.csv", csv { $0 % 3 == 0 ? "n.a. \($0)" : "\($1)" },
      refusal: "too many to be classes"),
    Hostile("broken-quote.csv", csv() + "200,\"1.5,rot,7\n", isLearnable: true),
    Hostile("ragged.csv", csv().replacing("\n50,", with: "\n50,9,9,"), refusal: "line 52"),
    Hostile("cut.parquet", bytes: Array("PAR1".utf8) + [0, 1, 2, 3], refusal: "cut.parquet"),
    Hostile("binary.csv", bytes: (0..<4096).map { UInt8($0 % 251) }, refusal: "NUL byte"),
  ]

  @Test func `every hostile table becomes a model or a sentence, and never half a dataset`() throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    for table in Self.tables {
      try Data(table.bytes).write(to: URL(fileURLWithPath: "\(factory.folder)/\(table.name)"))
      let added = try factory("datasets", "add", table.name, "--target", "y", "--name", "t")
      guard let refusal = table.refusal else {
        #expect(added.status == 0, "\(table.name): \(added.errors)")
        if table.isLearnable { try learn(table, factory) }
        try factory("datasets", "list")
        continue
      }
      #expect(added.status == 1 || added.status == 2, "\(table.name): \(added.status)")
      #expect(added.errors.contains(refusal), "\(table.name): \(added.errors)")
      #expect(!added.errors.contains("This should not happen"), "\(table.name): \(added.errors)")
      let initialized = try factory("init", table.name, "--target", "y", "--out", "n.yaml")
      #expect(initialized.status != 0, "\(table.name)")
      #expect(initialized.errors.contains(refusal), "\(table.name): \(initialized.errors)")
      #expect(!FileManager.default.fileExists(atPath: factory.folder + "/n.yaml"))
    }
    let versions = try factory("datasets", "show", "t", "--output", "json")
    let version = try #require(versions.json["version"] as? [String: Any])
    #expect(
      version["number"] as? Int == Self.tables.count { $0.refusal == nil },
      "one version a table that could be read, and none of the others")
  }

  /// `init` and `run` of the file it wrote; the model must beat the mean by far.
  private func learn(_ table: Hostile, _ factory: FactoryProgram) throws {
    let file = "\(table.name).yaml"
    let initialized = try factory("init", table.name, "--target", "y", "--out", file)
    #expect(initialized.status == 0, "\(table.name): \(initialized.errors)")
    let path = factory.folder + "/" + file
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing(/search: \{.*\}/, with: "search: {trials: 2, seed: 7}")
      .replacing(/register: .*\ndeploy: .*\n/, with: "")
    try factory.write(file, text)
    let run = try factory("run", file, "--output", "json")
    #expect(run.status == 0, "\(table.name): \(run.output.suffix(600))")
    let metrics = run.json["metrics"] as? [String: [String: Double]]
    let (model, trivial) = (metrics?["test"]?["rmse"], metrics?["test_trivial"]?["rmse"])
    #expect(
      try #require(model) < 0.5 * #require(trivial), "\(table.name): \(String(describing: metrics))"
    )
  }
}
