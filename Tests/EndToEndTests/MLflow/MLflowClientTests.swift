import Basics
import Foundation
import TestSupport
import Testing

/// MLflow's own client, as it comes from PyPI, against the built program.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MLflowClientTests {
  @Test(arguments: [
    [
      "experiments", "fluent_run", "nested_and_resumed_runs", "batches", "asynchronous_logging",
      "search", "dataset_inputs", "artifacts", "registry", "traces",
    ],
    ["logged_sklearn_model", "autolog_sklearn", "autolog_xgboost", "evaluate"],
  ])
  func `MLflow's client does what it does against MLflow`(gestures: [String]) throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = MLflowClient(factory: factory)
    let text = try client.run("gestures.py", gestures, try client.serve())
    for gesture in gestures { #expect(text.contains("ok \(gesture) "), "\(gesture)") }
  }

  @Test func `LightGBM logs itself`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = MLflowClient(factory: factory)
    let text = try client.run("libraries.py", ["autolog_lightgbm"], try client.serve())
    #expect(text.contains("ok autolog_lightgbm "), "\(text)")
  }

  @Test(
    .enabled(
      if: FileTree.exists(MLflowClient.pythonWithTorch), "PyTorch could not be installed here"))
  func `PyTorch Lightning logs itself, and a network of PyTorch is a model`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = MLflowClient(factory: factory)
    let gestures = ["autolog_lightning", "logged_pytorch_model"]
    let text = try client.run(
      "libraries.py", gestures, try client.serve(), python: MLflowClient.pythonWithTorch)
    for gesture in gestures { #expect(text.contains("ok \(gesture) "), "\(text)") }
  }

  @Test func `what a workflow trained is a model of MLflow's and predicts the same`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 4))
    #expect(try factory("run", "workflow.yaml").status == 0)
    let rows = #"[{"area":100,"rooms":3,"city":"Bologna"},{"area":55.5,"rooms":1,"city":"Athens"}]"#
    try factory.write("rows.json", rows)
    let asked = try factory("predict", "houses", "rows.json", "--output", "json")
    let predictions = try #require(asked.json["predictions"] as? [[String: Any]])
    let expected = try predictions.map { try #require($0["value"] as? Double) }

    let client = MLflowClient(factory: factory)
    let answer = try client.json(
      "factory_model.py", ["houses", "rows.json"], try client.serve())
    let values = try #require(answer["values"]?.arrayValue).compactMap(\.numberValue)
    #expect(values.count == expected.count)
    for (value, other) in zip(values, expected) {
      #expect(abs(value - other) <= 1e-4 * abs(other), "\(value) and \(other)")
    }
    #expect(answer["metrics"]?.numberValue ?? 0 > 0)
  }

  @Test func `what an MLflow server has kept is taken over, twice the same`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = MLflowClient(factory: factory)
    let server = try client.serve()
    try client.run("old_server.py", ["make", factory.folder], server)
    for _ in 0..<2 {
      let answer = try factory("import", "mlflow", "mlflow.db", "--output", "json")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.json["runs"] as? Int == 3)
      #expect(answer.json["metrics"] as? Int == 302)
      #expect(answer.json["model_versions"] as? Int == 2)
      #expect((answer.json["remarks"] as? [String])?.isEmpty == true, "\(answer.output)")
    }
    try client.run("old_server.py", ["check", factory.folder], server)
    try factory.write("no.db", "nonsense")
    #expect(try factory("import", "mlflow", "no.db").status == 2)
  }

  @Test func `a server killed while metrics pour in keeps every acknowledged point`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = MLflowClient(factory: factory)
    let told = factory.folder + "/acknowledged.json"
    for wanted in [400, 4_000] {
      let server = try client.serve()
      let (process, output) = try client.start(
        [MLflowClient.folder + "/load.py", "write", told], server)
      func count() -> Int {
        // The file comes with the first answers.
        let text = try? String(contentsOfFile: told + ".count", encoding: .utf8)
        return text.flatMap { Int($0) } ?? 0
      }
      while process.isRunning, count() < wanted { try await Task.sleep(for: .milliseconds(10)) }
      kill(server.pid, SIGKILL)
      process.waitUntilExit()
      let said = try String(contentsOfFile: output, encoding: .utf8)
      #expect(FileTree.exists(told), "\(said)")

      let again = try client.serve()
      #expect(again.pid != server.pid)
      try client.run("load.py", ["check", told], again)
      for file in [told, told + ".count"] { try FileTree.remove(file) }
      #expect(try factory("stop").status == 0)
    }
  }
}
