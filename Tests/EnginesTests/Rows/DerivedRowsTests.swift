import DataPipelines
import TestSupport
import Testing

@testable import Engines

/// Requests for a model whose workflow derives columns.
struct DerivedRowsTests {
  let rows: DerivedRows

  init() throws {
    rows = DerivedRows(
      signature: [
        SignatureColumn(name: "flow", type: .decimal, isOptional: false),
        SignatureColumn(
          name: "ratio", type: .decimal, isOptional: false, derivation: "heat / flow"),
        SignatureColumn(
          name: "kind", type: .category, isOptional: true, derivation: "upper(grade)"),
      ],
      derivation: RowDerivation(
        plan: .init(
          sources: [
            .init(name: "heat", type: .decimal, role: .feature),
            .init(name: "flow", type: .decimal, role: .feature),
            .init(name: "grade", type: .category, role: .feature),
          ],
          steps: [
            .init(name: "ratio", sql: "heat / flow"), .init(name: "kind", sql: "upper(grade)"),
          ]), libraryPath: try engine("duckdb")))
  }

  private func table(_ json: String) throws -> Table {
    try Array(json.utf8).withUnsafeBufferPointer { try rows.table(of: $0) }
  }

  @Test func `source columns are enough`() throws {
    let table = try table(
      #"[{"heat": 3, "flow": 2, "grade": "a"}, {"grade": null, "flow": 4, "heat": 2}]"#)
    #expect(table.columns.map(\.name) == ["flow", "ratio", "kind"])
    #expect(table["ratio"]?.values == .numbers([1.5, 0.5]))
    #expect(table["kind"]?.values == .strings(codes: [0, -1], values: ["A"]))
  }

  @Test func `a derived value that is sent is taken as it is, row by row`() throws {
    let table = try table(
      #"[{"heat": 3, "flow": 2, "ratio": 9, "kind": "B"}, {"heat": 3, "flow": 2, "grade": "c"}]"#)
    #expect(table["ratio"]?.values == .numbers([9, 1.5]))
    #expect(table["kind"]?.values == .strings(codes: [0, 1], values: ["B", "C"]))
  }

  @Test func `a value that can neither be found nor derived is named with its expression`() {
    let error = #expect(throws: SignatureError.self) { try table(#"{"flow": 2, "grade": "a"}"#) }
    #expect(error?.code == .columnMissing)
    #expect(error?.column == "ratio")
    #expect(error?.hint?.contains("heat / flow") == true)
    #expect(throws: SignatureError.self) { try table(#"{"heat": 2, "grade": "a"}"#) }
  }
}
