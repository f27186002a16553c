import API
import Basics
import Foundation
import TestSupport
import Testing

/// Models on their way out of a factory and into another.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ModelTransferTests {
  private static let rows =
    #"[{"area":100,"rooms":3,"city":"Bologna"},{"area":55.5,"rooms":1,"city":"Athens"}]"#

  private func trained() throws -> FactoryProgram {
    let factory = try FactoryProgram()
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2))
    let answer = try factory("run", "workflow.yaml")
    #expect(answer.status == 0, "\(answer.errors)")
    try factory.write("rows.json", Self.rows)
    return factory
  }

  private func predictions(_ endpoint: String, _ factory: FactoryProgram) throws -> [Double] {
    let answer = try factory("predict", endpoint, "rows.json", "--output", "json")
    let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
    return try predictions.map { try #require($0["value"] as? Double) }
  }

  @Test(arguments: ["", ".tar"])
  func `an exported model is the same in another factory`(ending: String) throws {
    let factory = try trained()
    defer { factory.close() }
    let expected = try predictions("houses", factory)
    #expect(try factory("models", "promote", "houses", "1").status == 0)
    let exported = factory.folder + "/exported" + ending
    let told = try factory("models", "export", "houses@champion", exported, "--output", "json")
    #expect(told.status == 0, "\(told.errors)")
    let package = try #require(told.json["package"] as? String)
    #expect(try factory("models", "export", "houses", exported).status == 2)

    let other = try FactoryProgram()
    defer { other.close() }
    let taken = try other("models", "import", exported, "--output", "json")
    #expect(taken.status == 0, "\(taken.errors)")
    let version = try #require(taken.json["model_version"] as? [String: Any])
    #expect(version["name"] as? String == "houses" && version["package"] as? String == package)
    #expect(version["aliases"] as? [String] == ["champion"])
    #expect((version["provenance"] as? String)?.contains("dv_") == true)
    #expect((version["signature"] as? String)?.contains("area") == true)
    // The same files again are the same version.
    let again = try other("models", "import", exported, "--output", "json")
    #expect((again.json["model_version"] as? [String: Any])?["version"] as? Int == 1)

    let deployed = try other("endpoints", "deploy", "homes", "--model", "houses@champion")
    #expect(deployed.status == 0, "\(deployed.errors)")
    try other.write("rows.json", Self.rows)
    #expect(try predictions("homes", other) == expected)
  }

  @Test func `a file that was changed on the way is refused by name`() throws {
    let factory = try trained()
    defer { factory.close() }
    let folder = factory.folder + "/exported"
    #expect(try factory("models", "export", "houses", folder).status == 0)
    let features = folder + "/features.json"
    try (String(contentsOfFile: features, encoding: .utf8) + " ")
      .write(toFile: features, atomically: true, encoding: .utf8)
    let refused = try factory("models", "import", folder, "--name", "forged")
    #expect(refused.status == 2 && refused.errors.contains("features.json"), "\(refused)")
    #expect(try factory("models", "show", "forged").status != 0)
    let empty = factory.folder + "/empty"
    try FileTree.createFolder(empty)
    let nothing = try factory("models", "import", empty, "--name", "nothing")
    #expect(nothing.status != 0 && nothing.errors.contains("MLmodel"), "\(nothing)")
  }

  @Test func `an exported model is one that MLflow loads, and a logged one goes on to others`()
    throws
  {
    let factory = try trained()
    defer { factory.close() }
    let expected = try predictions("houses", factory)
    let folder = factory.folder + "/exported"
    #expect(try factory("models", "export", "houses", folder).status == 0)
    let client = try MLflowClient(factory)
    let loaded = try client.json("transfer.py", ["load", folder, "rows.json"])
    let values = (loaded["values"]?.arrayValue ?? []).compactMap(\.numberValue)
    #expect(values.count == expected.count)
    for (value, other) in zip(values, expected) { #expect(abs(value - other) <= 1e-4 * abs(other)) }

    let logged = try client.json("transfer.py", ["log"])
    let out = factory.folder + "/line"
    let told = try factory("models", "export", "line:1", out, "--output", "json")
    #expect(told.status == 0, "\(told.errors)")
    #expect(told.json["tags"] as? [String: String] == ["team": "a"])
    let other = try FactoryProgram()
    defer { other.close() }
    let taken = try other("models", "import", out, "--name", "line2", "--output", "json")
    #expect(taken.status == 0, "\(taken.errors)")
    let deployed = try other(
      "endpoints", "deploy", "line", "--model", "line2", "--python", MLflowClient.python)
    #expect(deployed.status == 0, "\(deployed.errors)")
    try other.write("rows.json", #"{"a":10}"#)
    let value = try #require(logged["value"]?.numberValue)
    #expect(abs(try #require(try predictions("line", other).first) - value) < 1e-9)
    // What came in is a model of MLflow's there as well.
    let there = try MLflowClient(other)
    let found = try there.json("transfer.py", ["ask", "line2"])
    #expect(abs(try #require(found["value"]?.numberValue) - value) < 1e-9)
  }
}
