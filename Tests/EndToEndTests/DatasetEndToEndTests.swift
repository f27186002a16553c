import Basics
import Foundation
import Testing

/// Datasets and derived columns through the built programs.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DatasetEndToEndTests {
  @Test func `a dataset is exported through the server, whole or not at all`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    let added = try factory("datasets", "add", "houses.csv", "--target", "price")
    #expect(added.status == 0, "\(added.errors)")

    for file in ["out.csv", "out.parquet"] {
      let exported = try factory("datasets", "export", "houses", file)
      #expect(exported.status == 0, "\(file): \(exported.errors)")
    }
    let csv = try String(contentsOfFile: factory.folder + "/out.csv", encoding: .utf8)
    #expect(csv.split(separator: "\n").count == 301)
    #expect(csv.hasPrefix("id,area,rooms,city,price,_row,_split\n"))
    let again = try factory("datasets", "add", "out.parquet", "--target", "price", "--name", "b")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("300 rows"))

    let refused = try factory("datasets", "export", "nothing", "no.csv")
    #expect(refused.status == 2)
    let unwritable = try factory("datasets", "export", "houses", "no/such/folder.parquet")
    #expect(unwritable.status != 0)
    #expect(unwritable.errors.contains("no/such/folder.parquet"))
    let left = try FileManager.default.contentsOfDirectory(atPath: factory.folder)
      .filter { !$0.hasPrefix(".") }
    #expect(Set(left) == ["houses.csv", "out.csv", "out.parquet"])
  }

  @Test
  func
    `derived columns of a request are computed, and studies know their metric`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write(
      "workflow.yaml",
      """
      name: houses
      data:
        source: houses.csv
        target: price
        exclude: [id]
        derive: {per_room: "area / rooms"}
      train: {search: {trials: 2}}
      register: {model: houses}
      deploy: {endpoint: houses}
      """)
    let run = try factory("run", "workflow.yaml")
    #expect(run.status == 0, "\(run.errors)")
    func value(_ row: String) throws -> Double {
      try factory.write("row.json", row)
      let answer = try factory("predict", "houses", "row.json", "--output", "json")
      #expect(answer.status == 0, "\(answer.errors)")
      let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
      return try #require(predictions.first?["value"] as? Double)
    }
    // Its own SQL computes the column, unless the caller has it already.
    let computed = try value(#"{"area": 100, "rooms": 4, "city": "Athens"}"#)
    let sent = try value(#"{"area": 100, "rooms": 4, "city": "Athens", "per_room": 25}"#)
    #expect(computed == sent)
    try factory.write("row.json", #"{"area": 100, "city": "Athens"}"#)
    let refused = try factory("predict", "houses", "row.json")
    #expect(refused.status == 2)
    #expect(refused.errors.contains("is missing"), "\(refused.errors)")

    let studies = try factory("studies", "list", "--output", "json")
    #expect(studies.output.contains(#""metric":"rmse""#), "\(studies.output)")
    #expect(!studies.output.contains("automatic"))
  }
}
