import TestSupport
import Testing

@testable import DataPipelines

/// Derived columns of single rows, against those of a dataset.
struct RowDerivationTests {
  static let steps = [
    DatasetRequest.Derivation(
      name: "heat_mean", sql: "avg(heat) OVER (PARTITION BY unit ORDER BY seen ROWS 2 PRECEDING)"),
    DatasetRequest.Derivation(name: "ratio", sql: "heat / flow -- per liter"),
    DatasetRequest.Derivation(name: "twice", sql: "ratio * 2"),
    DatasetRequest.Derivation(name: "half", sql: "count // 2"),
    DatasetRequest.Derivation(name: "hour", sql: "hour(seen)"),
    DatasetRequest.Derivation(name: "label", sql: "maker || ': ' || coalesce(note, 'none')"),
    DatasetRequest.Derivation(name: "isHot", sql: "heat > 5 AND isNew"),
    DatasetRequest.Derivation(name: "goal", sql: "y + 1"),
  ]

  static let csv: String = {
    var text = "unit,seen,heat,flow,count,maker,note,isNew,y\n"
    for row in 0..<200 {
      let heat = row % 13 == 0 ? "" : "\(Double(row * 7 % 97) / 9.7)"
      let note = row % 4 == 0 ? "" : "\"a \"\"quoted\"\" note, it's no. \(row * 31 % 7)\""
      text += "\(row % 5),2024-03-0\(1 + row % 9)T\(10 + row % 12):00:00Z,\(heat),"
      text += "\(1 + row % 6).25,\(row * 3 - 50),\(["Ma'x", "Zoë"][row % 2]),\(note),"
      text += "\(row % 3 == 0 ? "true" : "false"),\(row % 50)\n"
    }
    return text
  }()

  @Test func `rows of a request get the dataset's own values, to the bit`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(Self.csv, target: "goal")
    request.derive = Self.steps
    let (manifest, _) = try fixture.build(request)
    let derived = Self.steps.map(\.name)
    let plan = RowDerivation.Plan(
      sources: manifest.columns.filter { !derived.contains($0.name) && $0.name != "y" },
      steps: Self.steps)
    let wanted = manifest.columns.filter { derived.contains($0.name) && $0.name != "goal" }
      .map { (name: $0.name, type: $0.type) }
    #expect(wanted.count == 7)

    let derivation = RowDerivation(plan: plan, libraryPath: try engine("duckdb"))
    let expected = try fixture.table(request, columns: wanted.map(\.name))
    for _ in 0..<2 {
      let table = try derivation.derive(
        wanted, of: fixture.table(request, columns: plan.sources.map(\.name)))
      #expect(table.rowCount == 200)
      for (name, _) in wanted {
        #expect(Self.values(table[name]) == Self.values(expected[name]), "\(name)")
      }
    }
  }

  /// Values as texts; numbers to the bit.
  private static func values(_ column: TableColumn?) -> [String] {
    switch column?.values {
    case .numbers(let numbers)?: numbers.map { $0.isNaN ? "–" : "\($0)" }
    case .strings(let codes, let texts)?: codes.map { $0 < 0 ? "–" : texts[Int($0)] }
    case nil: []
    }
  }

  @Test func `what cannot be computed is told in the engine's words`() throws {
    let plan = RowDerivation.Plan(
      sources: [.init(name: "x", type: .text, role: .feature)],
      steps: [.init(name: "n", sql: "CAST(x AS DOUBLE)"), .init(name: "other", sql: "absent + 1")])
    let derivation = RowDerivation(plan: plan, libraryPath: try engine("duckdb"))
    let rows = Table(
      columns: [
        TableColumn(name: "x", type: .text, values: .strings(codes: [0], values: ["word"]))
      ], rowCount: 1)
    let failure = #expect(throws: SQLFailure.self) {
      try derivation.derive([("n", .decimal)], of: rows)
    }
    #expect(failure?.message.contains("word") == true)
    #expect(throws: SQLFailure.self) { try derivation.derive([("other", .decimal)], of: rows) }
    // It goes on to answer for rows that fit.
    let good = Table(
      columns: [
        TableColumn(name: "x", type: .text, values: .strings(codes: [0], values: ["2.5"]))
      ], rowCount: 1)
    #expect(try derivation.derive([("n", .decimal)], of: good)["n"]?.values == .numbers([2.5]))
  }

  @Test func `an expression from a package reads no files`() throws {
    let plan = RowDerivation.Plan(
      sources: [], steps: [.init(name: "n", sql: "(SELECT count(*) FROM read_text('/etc/passwd'))")]
    )
    let derivation = RowDerivation(plan: plan, libraryPath: try engine("duckdb"))
    let failure = #expect(throws: SQLFailure.self) {
      try derivation.derive([("n", .decimal)], of: Table(columns: [], rowCount: 1))
    }
    #expect(failure?.isAccessRefused == true)
  }

  @Test func `without the engine the error says how to get it`() {
    let derivation = RowDerivation(
      plan: .init(sources: [], steps: [.init(name: "n", sql: "1")]), libraryPath: nil)
    let error = #expect(throws: DataError.self) {
      try derivation.derive([("n", .decimal)], of: Table(columns: [], rowCount: 1))
    }
    #expect(error?.code == .engineMissing)
  }
}
