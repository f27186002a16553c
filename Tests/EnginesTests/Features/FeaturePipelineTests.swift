import DataPipelines
import Foundation
import Testing

@testable import Engines

struct FeaturePipelineTests {
  func column(_ name: String, _ type: ColumnType) -> DatasetManifest.Column {
    DatasetManifest.Column(name: name, type: type, role: .feature)
  }

  func table(_ columns: (String, ColumnType, ColumnValues)..., rows: Int) -> Table {
    Table(
      columns: columns.map { TableColumn(name: $0, type: $1, values: $2) }, rowCount: rows)
  }

  @Test(arguments: 1...5)
  func `rows sent as JSON have the features of the table, bit by bit`(seed: Int) throws {
    let training = SampleTable(rows: 400, seed: UInt64(seed))
    let pipeline = try FeaturePipeline.fit(training.table, columns: training.columns)
    // Other rows, with values that training never saw.
    let sample = SampleTable(rows: 120, seed: UInt64(seed) + 100)
    let expected = pipeline.transform(sample.table)
    let signature = SignatureColumn.signature(of: sample.columns, in: sample.table)
    let reader = RowReader(signature: signature)
    for row in 0..<sample.table.rowCount {
      let json = RowWriter.json(of: sample.table, rows: row..<row + 1, signature)
      let rows = try json.withUnsafeBufferPointer { try reader.read($0) }
      let parsed = pipeline.transform(rows.table(signature))
      #expect(
        parsed == expected.rows([row]), "row \(row): \(String(decoding: json, as: UTF8.self))")
    }
  }

  @Test func `a pipeline read from its file gives the same features`() throws {
    let sample = SampleTable(rows: 300, seed: 9)
    let pipeline = try FeaturePipeline.fit(sample.table, columns: sample.columns)
    let read = try JSONDecoder().decode(
      FeaturePipeline.self, from: JSONEncoder().encode(pipeline))
    #expect(read == pipeline)
    #expect(read.transform(sample.table) == pipeline.transform(sample.table))
  }

  @Test func `features of a row do not depend on the rows beside it`() throws {
    let sample = SampleTable(rows: 300, seed: 4)
    let pipeline = try FeaturePipeline.fit(sample.table, columns: sample.columns)
    let all = pipeline.transform(sample.table)
    let picked = [299, 3, 3, 17]
    #expect(pipeline.transform(sample.table.rows(picked)) == all.rows(picked))
  }

  @Test func `constant columns are dropped, also those that only miss values`() throws {
    let table = table(
      ("same", .decimal, .numbers([2, 2, 2])), ("none", .decimal, .numbers([.nan, .nan, .nan])),
      ("gaps", .decimal, .numbers([2, .nan, 2])),
      ("one", .category, .strings(codes: [0, 0, 0], values: ["a", "b"])),
      rows: 3)
    let columns =
      ["same", "none", "gaps"].map { column($0, .decimal) } + [column("one", .category)]
    let pipeline = try FeaturePipeline.fit(table, columns: columns)
    #expect(pipeline.featureNames == ["gaps"])
  }

  @Test func `a table without a varying column is an error that says so`() throws {
    let table = table(("same", .decimal, .numbers([2, 2, 2])), rows: 3)
    let error = #expect(throws: EngineError.self) {
      try FeaturePipeline.fit(table, columns: [column("same", .decimal)])
    }
    #expect(error?.code == .noFeatures)
  }

  @Test func `identity and target columns are no features`() throws {
    let table = table(
      ("id", .integer, .numbers([1, 2])), ("x", .decimal, .numbers([1, 2])),
      ("y", .decimal, .numbers([1, 2])), rows: 2)
    let pipeline = try FeaturePipeline.fit(
      table,
      columns: [
        .init(name: "id", type: .integer, role: .identity),
        .init(name: "x", type: .decimal, role: .feature),
        .init(name: "y", type: .decimal, role: .target),
      ])
    #expect(pipeline.inputColumns == ["x"])
  }

  @Test func `few categories get codes in the order of their texts and unseen ones are missing`()
    throws
  {
    let training = table(
      ("c", .category, .strings(codes: [1, 1, 0, 2, 2, 2], values: ["a", "b", "c", "never"])),
      rows: 6)
    let pipeline = try FeaturePipeline.fit(training, columns: [column("c", .category)])
    #expect(pipeline.categoryCounts == [3])
    let features = pipeline.transform(
      table(
        ("c", .category, .strings(codes: [0, 1, 2, 3, -1], values: ["c", "b", "a", "never"])),
        rows: 5))
    #expect(features.values.prefix(3) == [2, 1, 0])
    #expect(features.values.dropFirst(3).allSatisfy { $0.isNaN })
    #expect(features.types == [.category])
  }

  @Test func `many categories get codes by frequency`() throws {
    let texts = (0..<40).map { "v\($0)" }
    // Value i in i + 1 rows.
    let codes = (0..<40).flatMap { Array(repeating: Int32($0), count: $0 + 1) }
    let training = table(
      ("c", .category, .strings(codes: codes, values: texts)), rows: codes.count)
    let pipeline = try FeaturePipeline.fit(training, columns: [column("c", .category)])
    let features = pipeline.transform(
      table(("c", .category, .strings(codes: [39, 38, 0], values: texts)), rows: 3))
    #expect(features.values == [0, 1, 39])
  }

  @Test func `beyond the bound all rare categories share a code, unseen ones too`() throws {
    var options = FeaturePipeline.Options()
    options.categories = 2
    let training = table(
      ("c", .category, .strings(codes: [0, 0, 0, 1, 1, 2, 3], values: ["a", "b", "c", "d"])),
      rows: 7)
    let pipeline = try FeaturePipeline.fit(
      training, columns: [column("c", .category)], options: options)
    let features = pipeline.transform(
      table(
        ("c", .category, .strings(codes: [0, 1, 2, 3, -1], values: ["a", "b", "d", "new"])),
        rows: 5))
    #expect(features.values.prefix(4) == [0, 1, 2, 2])
    #expect(features.values[4].isNaN)
  }

  @Test func `times become the parts that vary`() throws {
    // 2024-02-29T23:00:00Z, a Thursday, and a day and two hours later.
    let training = table(
      ("t", .timestamp, .numbers([1_709_247_600, 1_709_341_200, .nan])), rows: 3)
    let pipeline = try FeaturePipeline.fit(training, columns: [column("t", .timestamp)])
    #expect(
      pipeline.featureNames
        == ["t.year", "t.month", "t.day", "t.weekday", "t.hour", "t.days"])
    let features = pipeline.transform(training)
    #expect(features.values[0..<6] == [2024, 2, 29, 3, 23, 0])
    #expect(features.values[6..<12] == [2024, 3, 2, 5, 1, Float(93_600.0 / 86_400)])
    #expect(features.values[12...].allSatisfy { $0.isNaN })
  }

  @Test func `numbers beyond 32 bits stay finite`() throws {
    let training = table(("x", .decimal, .numbers([1e300, -.infinity, 1])), rows: 3)
    let pipeline = try FeaturePipeline.fit(training, columns: [column("x", .decimal)])
    let most = Float.greatestFiniteMagnitude
    #expect(pipeline.transform(training).values == [most, -most, 1])
  }

  @Test func `words weigh by how rare they are, and each text has length one`() throws {
    let texts = ["red dry wine", "red sweet wine", "RED, dry!", "beer"]
    let training = table(
      ("t", .text, .strings(codes: [0, 1, 2, 3], values: texts)), rows: 4)
    let pipeline = try FeaturePipeline.fit(training, columns: [column("t", .text)])
    // red 3, dry 2, wine 2, red·dry 2: the words that two texts or more hold.
    #expect(pipeline.featureCount == 6)
    let width = 6
    let values = pipeline.transform(training).values
    #expect(values[0..<2] == [12, 3])
    for row in 0..<3 {
      let squares = values[row * width + 2..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }
      #expect(abs(squares - 1) < 1e-5)
    }
    #expect(values[3 * width + 2..<4 * width].allSatisfy { $0 == 0 })
  }

  @Test func `a column that the table lacks is missing everywhere`() throws {
    let training = table(
      ("a", .decimal, .numbers([1, 2])), ("b", .decimal, .numbers([1, 2])), rows: 2)
    let pipeline = try FeaturePipeline.fit(
      training, columns: [column("a", .decimal), column("b", .decimal)])
    let features = pipeline.transform(table(("b", .decimal, .numbers([5])), rows: 1))
    #expect(features.values[0].isNaN && features.values[1] == 5)
  }
}
