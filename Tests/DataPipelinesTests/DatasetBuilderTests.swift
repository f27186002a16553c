import Foundation
import Testing

@testable import DataPipelines

@Suite struct DatasetBuilderTests {
  @Test func `A CSV file becomes a table with types, roles and a split`() throws {
    let fixture = try DatasetFixture()
    let request = try fixture.request(sampleCSV(rows: 200))
    let (manifest, folder) = try fixture.build(request)
    #expect(manifest.rowCount == 200)
    #expect(
      manifest.columns == [
        DatasetManifest.Column(name: "x", type: .decimal, role: .feature),
        DatasetManifest.Column(name: "c", type: .category, role: .feature),
        DatasetManifest.Column(name: "y", type: .integer, role: .target),
      ])
    #expect(manifest.splitRowCounts == ["train": 120, "validation": 40, "test": 40])
    let table = try fixture.table(request)
    #expect(table.rowCount == 200)
    guard case .strings(let codes, let values)? = table["c"]?.values else {
      Issue.record("c is no category")
      return
    }
    #expect(values == ["red", "green", "blue"])
    #expect(codes.prefix(4) == [0, 1, 2, 0])
    #expect(try folder.manifest() == manifest)
    #expect(try folder.profile().rowCount == 200)
    #expect(try folder.checks().isEmpty)
  }

  @Test func `Null words, booleans and dates are understood`() throws {
    let fixture = try DatasetFixture()
    var csv = "n,when,flag,german,y\n"
    for row in 0..<30 {
      let number = row % 5 == 0 ? "?" : "\(row)"
      let german =
        row % 7 == 0 ? "N/A" : String(format: "%02d.%02d.2024", row % 28 + 1, row % 12 + 1)
      csv += "\(number),2024-01-\(String(format: "%02d", row % 28 + 1)),\(row % 2 == 0),"
      csv += "\(german),\(row)\n"
    }
    let request = try fixture.request(csv)
    let (manifest, folder) = try fixture.build(request)
    #expect(manifest.columns.map(\.type) == [.integer, .timestamp, .boolean, .timestamp, .integer])
    #expect(try folder.profile().columns[0].nullCount == 6)
    guard case .numbers(let times)? = try fixture.table(request)["when"]?.values else {
      Issue.record("no numbers")
      return
    }
    #expect(times[0] == 1_704_067_200)
  }

  @Test func `Decimal commas behind semicolons are numbers`() throws {
    let fixture = try DatasetFixture()
    var csv = "a;b;y\n"
    for row in 0..<40 { csv += "\(row),25;1.\(100 + row),5;\(row)\n" }
    let request = try fixture.request(csv)
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.columns.map(\.type) == [.decimal, .decimal, .integer])
    let table = try fixture.table(request)
    #expect(table["a"]?.values == .numbers((0..<40).map { Double($0) + 0.25 }))
    #expect(table["b"]?.values == .numbers((0..<40).map { 1_100.5 + Double($0) }))
  }

  @Test func `A late decimal among whole numbers is not rounded`() throws {
    let fixture = try DatasetFixture()
    var csv = "x,y\n"
    for row in 0..<25_000 { csv += "\(row == 24_990 ? "7.5" : "\(row % 100)"),\(row % 10)\n" }
    let request = try fixture.request(csv)
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.columns[0].type == .decimal)
    guard case .numbers(let values)? = try fixture.table(request)["x"]?.values else { return }
    #expect(values[24_990] == 7.5)
  }

  @Test func `A few texts among numbers become missing, and it is said where`() throws {
    let fixture = try DatasetFixture()
    var csv = "x,y\n"
    for row in 0..<25_000 { csv += "\(row == 24_000 ? "broken" : "\(row % 100)"),\(row % 10)\n" }
    let (manifest, folder) = try fixture.build(try fixture.request(csv))
    #expect(manifest.columns[0].type == .decimal)
    let warning = try folder.profile().warnings.first { $0.code == "not_a_number" }
    #expect(warning?.message.contains("“broken” in row 24001") == true)
  }

  @Test func `Where, derive and windows shape the rows`() throws {
    let fixture = try DatasetFixture()
    var csv = "unit,cycle\n"
    for unit in 1...5 { for cycle in 1...10 { csv += "\(unit),\(cycle)\n" } }
    var request = try fixture.request(csv, target: "remaining")
    request.where = "cycle > 2"
    request.derive = [
      DatasetRequest.Derivation(
        name: "remaining", sql: "max(cycle) OVER (PARTITION BY unit) - cycle"),
      DatasetRequest.Derivation(name: "double", sql: "remaining * 2"),
    ]
    request.split = .init(rule: .group(column: "unit"), test: 0.2, validation: 0.2, seed: 1)
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.rowCount == 40)
    #expect(manifest.splitRowCounts == ["train": 24, "validation": 8, "test": 8])
    let table = try fixture.table(request, columns: ["unit", "double", "_row", "_split"])
    guard case .numbers(let double)? = table["double"]?.values,
      case .numbers(let rows)? = table["_row"]?.values
    else { return }
    #expect(double.prefix(3) == [14, 12, 10])
    #expect(rows.prefix(2) == [2, 3])
  }

  @Test func `A join adds columns by key and keeps every row`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 60))
    request.join = [
      DatasetRequest.Join(
        files: [try fixture.file("colors.csv", "c,warmth\nred,0.9\nblue,0.1\n")], using: ["c"])
    ]
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.rowCount == 60)
    #expect(manifest.columns.map(\.name) == ["x", "c", "y", "warmth"])
    try FileManager.default.removeItem(atPath: request.outputFolder)
    request.join[0].files = [try fixture.file("colors.csv", "c,warmth\nred,0.9\nred,0.1\n")]
    let error = try fixture.failure(request)
    #expect(error?.code == .joinAmbiguous)
    #expect(error?.message == "colors.csv has 2 rows for c = red.")
  }

  @Test func `A test source of its own makes the test rows`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 100))
    request.testFiles = [try fixture.file("later.csv", "y,c,x\n1,red,2.5\n2,blue,3\n")]
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.splitRowCounts == ["train": 80, "validation": 20, "test": 2])
    let table = try fixture.table(request, columns: ["_row", "_split"])
    guard case .numbers(let splits)? = table["_split"]?.values else { return }
    #expect(splits.suffix(2) == [2, 2])
  }
}
