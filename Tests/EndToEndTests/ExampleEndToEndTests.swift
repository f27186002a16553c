import Basics
import Foundation
import TestSupport
import Testing

/// Every example on its real data, with a search short enough for each test run.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ExampleEndToEndTests {
  /// What an example must show.
  struct Example: Sendable, CustomTestStringConvertible {
    var name: String
    /// Metric on the test rows and its bound: at most for errors, at least for the others.
    var metric: String
    var bound: Double
    /// Rows of the test split.
    var testRows: Int
    var testDescription: String { name }
    var isError: Bool { metric == "rmse" || metric == "log_loss" }
  }

  static let examples = [
    Example(name: "wine-quality", metric: "rmse", bound: 0.74, testRows: 1299),
    Example(name: "german-credit", metric: "auc", bound: 0.70, testRows: 250),
    Example(name: "adult-income", metric: "auc", bound: 0.92, testRows: 16_281),
    Example(name: "nsl-kdd", metric: "auc", bound: 0.90, testRows: 22_544),
    Example(name: "turbofan", metric: "rmse", bound: 18.5, testRows: 100),
  ]

  @Test(
    .enabled(if: SampleData.folder != nil, "the sample tables are not on this machine"),
    arguments: examples)
  func `an example ends with a deployed model that is as good as it should be`(
    example: Example
  ) throws {
    let samples = try #require(SampleData.folder)
    let factory = try FactoryProgram()
    defer { factory.close() }
    try FileManager.default.createSymbolicLink(
      atPath: factory.folder + "/data", withDestinationPath: samples)
    let file = String(
      decoding: try FileTree.read("\(packageFolder)/Examples/\(example.name)/workflow.yaml"),
      as: UTF8.self)
    try factory.write(
      "workflow.yaml",
      file.replacing(/search: \{.*\}/, with: "search: {trials: 4, sampler: random, seed: 7}"))

    let run = try factory("run", "workflow.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.output.suffix(800)) \(run.errors)")
    let metrics = try #require(run.json["metrics"] as? [String: [String: Double]])
    let value = try #require(metrics["test"]?[example.metric])
    let trivial = metrics["test_trivial"]?[example.metric]
    if example.isError {
      #expect(value <= example.bound)
      #expect(try value < 0.9 * #require(trivial))
    } else {
      #expect(value >= example.bound)
      #expect(try value > #require(trivial))
    }
    let gates = try #require(run.json["gates"] as? [[String: Any]])
    #expect(gates.allSatisfy { $0["passed"] as? Bool == true }, "\(gates)")

    let version = try #require(run.json["dataset_version"] as? String)
    let dataset = try factory("datasets", "show", version, "--output", "json")
    let shown = try #require(dataset.json["version"] as? [String: Any])
    #expect((shown["splits"] as? [String: Int])?["test"] == example.testRows)

    // A row made of the signature is answered, and its answer leads back to the file.
    try factory.write("row.json", try row(of: example.name, factory))
    let answer = try factory("predict", example.name, "row.json", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    let first = try #require((answer.json["predictions"] as? [[String: Any]])?.first)
    #expect(first["value"] != nil)
    if example.name == "turbofan" { try expectDerivedColumns(factory, samples) }
    let chain = try factory("explain", try #require(first["id"] as? String), "--output", "json")
    #expect(chain.output.contains(version))
    #expect(chain.output.contains(".csv"))
  }

  /// A unit's rows as they are in the file are enough: the windows over them are computed.
  private func expectDerivedColumns(_ factory: FactoryProgram, _ samples: String) throws {
    let text = String(
      decoding: try FileTree.read(samples + "/cmapss-fd001-train.csv"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let unit = lines.dropFirst().filter { $0.hasPrefix("1,") }
    try factory.write("unit.csv", ([lines[0]] + unit).joined(separator: "\n"))
    let answer = try factory("predict", "turbofan", "unit.csv", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    let values = try #require(answer.json["predictions"] as? [[String: Any]])
      .compactMap { $0["value"] as? Double }
    #expect(values.count == unit.count)
    // New at first, and nearly worn out at its last cycle.
    #expect(try #require(values.first) > 90)
    #expect(try #require(values.last) < 30)
  }

  /// A row with the least number or the most frequent value of each column.
  private func row(of model: String, _ factory: FactoryProgram) throws -> String {
    let answer = try factory("models", "show", model, "--output", "json")
    let versions = try #require(answer.json["versions"] as? [[String: Any]], "\(answer.output)")
    let text = try #require(versions.first?["signature"] as? String)
    let signature = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]], "\(text)")
    var row: [String: Any] = [:]
    for column in signature {
      let name = try #require(column["name"] as? String)
      row[name] = column["minimum"] ?? (column["examples"] as? [Any])?.first ?? NSNull()
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self)
  }
}
