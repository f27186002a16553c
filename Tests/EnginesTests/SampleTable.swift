import Basics
import DataPipelines

@testable import Engines

/// A table with a column of every type, each with missing values, from a seed.
struct SampleTable {
  let table: Table
  let columns: [DatasetManifest.Column]

  init(rows: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func numbers(_ make: (inout SeededGenerator) -> Double) -> ColumnValues {
      .numbers(
        (0..<rows).map { _ in
          generator.next(below: 9) == 0 ? .nan : make(&generator)
        })
    }
    func strings(_ values: [String]) -> ColumnValues {
      .strings(
        codes: (0..<rows).map { _ in
          generator.next(below: 9) == 0 ? -1 : Int32(generator.next(below: values.count))
        }, values: values)
    }
    let words = ["good", "Wine", "très", "сухое", "don't", "红酒", "bad", "42", "dry."]
    var sentences: [String] = []
    for number in 0..<max(rows / 2, 2) {
      let length = generator.next(below: 12)
      let picked = (0..<length).map { _ in words[generator.next(below: words.count)] }
      sentences.append(picked.joined(separator: number % 2 == 0 ? " " : ", ") + "\t\(number)")
    }
    let types: [(String, ColumnType, ColumnValues)] = [
      ("count", .integer, numbers { Double($0.next(below: 2_000)) - 1_000 }),
      ("price", .decimal, numbers { ($0.nextUnit() - 0.3) * 1e7 / 3 }),
      ("isNew", .boolean, numbers { Double($0.next(below: 2)) }),
      ("sold", .timestamp, numbers { (($0.nextUnit() - 0.2) * 2e9 * 1_000).rounded() / 1_000 }),
      ("color", .category, strings(["red", "white", "rosé", "1", "2.5", "quo\"te"])),
      ("site", .category, strings((0..<300).map { "site \($0)" })),
      ("note", .text, strings(sentences)),
      ("constant", .decimal, .numbers(Array(repeating: 3, count: rows))),
    ]
    table = Table(
      columns: types.map { TableColumn(name: $0, type: $1, values: $2) }, rowCount: rows)
    columns = types.map { DatasetManifest.Column(name: $0.0, type: $0.1, role: .feature) }
  }
}
