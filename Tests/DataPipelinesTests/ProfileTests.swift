import Foundation
import TestSupport
import Testing

@testable import DataPipelines

@Suite struct ProfileTests {
  @Test func `Numbers, categories and warnings are described`() throws {
    let fixture = try DatasetFixture()
    var csv = "id,leak,one,cat,x,y\n"
    for row in 0..<300 {
      let y = row % 50
      csv += "\(row),\(y * 3 + 1),same,\(y < 25 ? "low" : "high"),\(row % 2),\(y)\n"
    }
    let (manifest, folder) = try fixture.build(try fixture.request(csv))
    let profile = try folder.profile()
    #expect(manifest.columns[0].role == .identity)
    let warnings = Set(profile.warnings.map { "\($0.code) \($0.column ?? "")" })
    #expect(warnings.isSuperset(of: ["identity_like id", "leakage leak", "constant one"]))
    let x = profile.columns[4]
    #expect(x.numbers?.mean == 0.5)
    #expect(x.numbers?.histogram.counts.first == 150)
    #expect(x.numbers?.quantiles.count == DatasetProfile.quantileLevels.count)
    let category = profile.columns[3]
    #expect(category.topValues.map(\.count) == [150, 150])
    #expect(category.association?.measure == .eta)
    #expect(abs((category.association?.value ?? 0) - 0.866) < 0.01)
    #expect(profile.columns[1].association?.measure == .pearson)
    #expect(abs((profile.columns[1].association?.value ?? 0) - 1) < 1e-9)
  }

  @Test func `Classes are compared by Cramér's V and eta`() throws {
    let fixture = try DatasetFixture()
    var csv = "same,other,number,y\n"
    for row in 0..<200 {
      let y = row % 2 == 0 ? "yes" : "no"
      csv += "\(y)!,\(row / 2 % 2 == 0 ? "a" : "b"),\(row % 2 * 10 + row % 5),\(y)\n"
    }
    let (_, folder) = try fixture.build(try fixture.request(csv))
    let columns = try folder.profile().columns
    #expect((columns[0].association?.value ?? 0) > 0.98)
    #expect((columns[1].association?.value ?? 1) < 0.1)
    #expect(columns[2].association?.measure == .eta)
  }

  /// Statements over all columns together tell what those about one column tell.
  @Test(arguments: [("y", ""), ("grade", ""), ("grade", "absent")])
  func `A wide table is described as a narrow one is`(target: String, gap: String) throws {
    func table(width: Int) -> String {
      var csv = "place,word,count,flag,y,grade" + (0..<width).map { ",more\($0)" }.joined() + "\n"
      for row in 0..<240 {
        let place = row % 17 == 0 ? gap.isEmpty ? "" : "Ä \(gap)" : "place \(row * 7 % 13)"
        csv += "\(place),\(row % 3 == 0 ? "a b c" : "word"),\(row % 12),\(row % 2 == 0)"
        csv += ",\(Double(row * row % 31) / 4),\(["low", "middle", "high"][row * row % 31 % 3])"
        csv += (0..<width).map { ",\(row % ($0 + 2))" }.joined() + "\n"
      }
      return csv
    }
    func columns(width: Int) throws -> [DatasetProfile.Column] {
      let fixture = try DatasetFixture()
      var request = try fixture.request(table(width: width))
      request.target = target
      return Array(try fixture.build(request).1.profile().columns.prefix(6))
    }
    let (narrow, wide) = (try columns(width: 0), try columns(width: 3))
    for (one, other) in zip(narrow, wide) {
      #expect(one.topValues == other.topValues, "\(one.name)")
      #expect(one.type == other.type && one.distinctCount == other.distinctCount)
      #expect(one.meanLength == other.meanLength, "\(one.name)")
      #expect(one.association?.measure == other.association?.measure, "\(one.name)")
      let distance = (one.association?.value ?? 0) - (other.association?.value ?? 0)
      #expect(abs(distance) < 1e-12, "\(one.name)")
    }
    #expect(narrow.filter { $0.association != nil }.count == 5)
    #expect(narrow[2].topValues.map(\.value) == (0..<10).map { "\($0)" })
  }

  @Test func `A failed check stops the build and names rows and values`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 50))
    request.checks = [
      .init(column: "x", between: [0, 40]), .init(column: "c", oneOf: ["red", "green", "blue"]),
      .init(column: "x", notNull: true), .init(rowsAtLeast: 10), .init(sql: "y >= 0"),
      .init(column: "c", matches: "[a-z]+"),
    ]
    let error = try fixture.failure(request)
    #expect(error?.code == .checkFailed)
    #expect(
      error?.message.hasPrefix(
        "1 of 6 checks failed. x between 0 and 40: 10 rows failed (rows 41, 42,") == true)
    #expect(error?.message.contains("row 41 has 40.5") == true)
    request.checks.removeFirst()
    let (_, folder) = try fixture.build(request)
    #expect(try folder.checks().allSatisfy(\.passed))
    request.checks = [.init(column: "c", unique: true), .init(rowsAtLeast: 100)]
    request.outputFolder += "-2"
    #expect(throws: DataError.self) { try fixture.build(request) }
  }

  @Test func `JSON Lines and Parquet give the table that CSV gives`() throws {
    let fixture = try DatasetFixture()
    var lines = ""
    for row in 0..<60 {
      lines += "{\"x\": \(row).5, \"c\": \"\(row % 2 == 0 ? "a" : "b")\", \"y\": \(row % 7)}\n"
    }
    let request = fixture.request([try fixture.file("d.jsonl", lines)])
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.columns.map(\.type) == [.decimal, .category, .integer])
    let parquet = try Data(
      contentsOf: URL(fileURLWithPath: request.outputFolder + "/table.parquet"))
    var second = fixture.request([try fixture.file("d.parquet", parquet)])
    second.outputFolder += "-2"
    let (again, _) = try fixture.build(second)
    #expect(again.columns.prefix(3) == manifest.columns[...])
    #expect(try fixture.numbers("x", of: second) == (0..<60).map { Double($0) + 0.5 })
  }

  @Test func `Objects inside JSON rows become columns of their own`() throws {
    let fixture = try DatasetFixture()
    let lines = (0..<20).map {
      "{\"at\": {\"x\": \($0), \"in\": {\"z\": true}}, \"tags\": [1], \"y\": \($0)}\n"
    }.joined()
    let (manifest, folder) = try fixture.build(
      fixture.request([try fixture.file("d.json", lines)]))
    #expect(manifest.columns.map(\.name) == ["at.x", "at.in.z", "tags", "y"])
    #expect(try folder.profile().warnings.contains { $0.code == "nested" && $0.column == "tags" })
  }

  @Test func `Times with an offset are told in UTC`() throws {
    let fixture = try DatasetFixture()
    let csv = "t,y\n" + (0..<20).map { "2024-01-01T00:\($0 + 10):00+02:00,\($0)\n" }.joined()
    let request = try fixture.request(csv)
    _ = try fixture.build(request)
    #expect(try fixture.numbers("t", of: request).first == 1_704_067_200 - 7_200 + 600)
  }

  @Test func `Files with other columns are joined by name`() throws {
    let fixture = try DatasetFixture()
    let one = try fixture.file("1.csv", "a,y\n" + (0..<10).map { "\($0),\($0)\n" }.joined())
    let two = try fixture.file("2.csv", "y;b\n" + (0..<10).map { "\($0);w\n" }.joined())
    let request = fixture.request([one, two])
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.columns.map(\.name) == ["a", "y", "b"])
    #expect(manifest.rowCount == 20)
    #expect(try fixture.texts("b", of: request).prefix(11).last == "w")
  }

  @Test(
    .enabled(if: SampleData.folder != nil, "the sample tables are not on this machine"),
    arguments: [
      ("wine-quality", "quality"), ("german-credit", "risk"), ("adult-income-train", "income"),
      ("nsl-kdd-train", "attack"), ("cmapss-fd001-train", "cycle"),
    ])
  func `Measured tables become datasets`(name: String, target: String) throws {
    let fixture = try DatasetFixture()
    let path = try #require(SampleData.folder) + "/\(name).csv"
    let source = DatasetManifest.Source(
      name: name, sha256: String(repeating: "0", count: 64), bytes: 0, part: "data")
    let (manifest, folder) = try fixture.build(
      fixture.request([.init(source: source, path: path)], target: target))
    #expect(manifest.rowCount >= 1_000)
    #expect(manifest.splitRowCounts.values.allSatisfy { $0 > 0 })
    #expect(try folder.profile().columns.count == manifest.columns.count)
  }
}
