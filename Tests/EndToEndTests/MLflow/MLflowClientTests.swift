import API
import Basics
import Foundation
import TestSupport
import Testing

/// MLflow's own client, as it comes from PyPI, against the built program.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MLflowClientTests {
  @Test(arguments: [
    (
      "gestures",
      [
        "experiments", "fluent_run", "nested_and_resumed_runs", "batches", "asynchronous_logging",
        "search", "dataset_inputs", "artifacts", "registry", "traces",
      ]
    ),
    ("gestures", ["logged_sklearn_model", "autolog_sklearn", "autolog_xgboost", "evaluate"]),
    (
      "conformance_tracking",
      [
        "experiment_life", "experiment_search", "run_life", "metric_points", "metric_curves",
        "run_search_pages", "inputs_with_tags", "evaluation_datasets",
      ]
    ),
    (
      "conformance_models",
      [
        "registered_models", "registered_model_search", "model_versions", "runs_elsewhere",
        "stages_and_aliases", "version_sources", "prompts", "logged_models", "artifact_paths",
      ]
    ),
    (
      "conformance_rest",
      ["wrong_requests", "expectations", "hostile_requests", "endpoints", "large_bodies"]
    ),
    ("conformance_writes", ["two_ways", "in_order", "ends", "unusual"]),
  ])
  func `MLflow's client does what it does against MLflow`(
    script: String, gestures: [String]
  ) throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let text = try client.run("\(script).py", gestures)
    for gesture in gestures { #expect(text.contains("ok \(gesture) "), "\(gesture)") }
  }

  @Test func `a thousand requests are answered as MLflow's own server answers them`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let text = try client.run("compare_servers.py", [factory.folder])
    #expect(text.contains(" 0 differ without a reason"), "\(text)")
  }

  @Test func `files in parts and system metrics are as on MLflow's server with an object store`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let text = try client.run(
      "compare_uploads.py", [factory.folder], python: MLflowClient.pythonWithObjectStore)
    #expect(text.contains(" 0 differ without a reason"), "\(text)")
  }

  @Test func `the server connects to no host that a source names`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let program = FactoryProgram.products + "/aifactory"
    let text = try client.run("sources_at_hosts.py", [program, factory.home, factory.folder])
    #expect(text.contains("ok nobody came"), "\(text)")
  }

  @Test func `LightGBM logs itself`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let text = try client.run("libraries.py", ["autolog_lightgbm"])
    #expect(text.contains("ok autolog_lightgbm "), "\(text)")
  }

  @Test(
    .enabled(
      if: FileTree.exists(MLflowClient.pythonWithTorch), "PyTorch could not be installed here"))
  func `PyTorch Lightning logs itself, and a network of PyTorch is a model`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let gestures = ["autolog_lightning", "logged_pytorch_model"]
    let text = try client.run(
      "libraries.py", gestures, python: MLflowClient.pythonWithTorch)
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

    let client = try MLflowClient(factory)
    let answer = try client.json(
      "factory_model.py", ["houses", "rows.json"])
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
    let client = try MLflowClient(factory)
    try client.run("old_server.py", ["make", factory.folder])
    for _ in 0..<2 {
      let answer = try factory("import", "mlflow", "mlflow.db", "--output", "json")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.json["runs"] as? Int == 5)
      #expect(answer.json["metrics"] as? Int == 302)
      #expect(answer.json["model_versions"] as? Int == 2)
      #expect((answer.json["remarks"] as? [String])?.isEmpty == true, "\(answer.output)")
    }
    try client.run("old_server.py", ["check", factory.folder])
    try factory.write("no.db", "nonsense")
    #expect(try factory("import", "mlflow", "no.db").status == 2)
  }

  @Test(arguments: ["file", "sqlite"])
  func `a store that MLflow's client filled is taken over whole, also after a kill`(
    kind: String
  ) async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    var client = try MLflowClient(factory)
    try client.run("old_store.py", ["make", kind, factory.folder])
    let store = factory.folder + (kind == "file" ? "/mlruns" : "/old.db")
    var interruptions = 0
    for wanted in [2, 8, 16] {
      let interrupted = try factory.start(["import", "mlflow", store])
      let file = try factory.serverFile()
      let api = FactoryClient(url: file.url, token: file.token)
      while interrupted.process.isRunning,
        try await api.get("/api/v1/runs", as: RunListWire.self).runs.count < wanted
      {
        try await Task.sleep(for: .milliseconds(2))
      }
      kill(client.pid, SIGKILL)
      if try interrupted.end(withinSeconds: 60).status != 0 { interruptions += 1 }
      client = try MLflowClient(factory)
    }
    #expect(interruptions > 0)
    let taken = try factory("import", "mlflow", store, "--output", "json")
    #expect(taken.status == 0, "\(taken.errors)")
    let again = try factory("import", "mlflow", store, "--output", "json")
    for answer in [taken, again] {
      #expect(answer.json["runs"] as? Int == 31, "\(answer.output)")
      #expect(answer.json["logged_models"] as? Int == 1)
      #expect(answer.json["traces"] as? Int == 1)
      #expect(answer.json["model_versions"] as? Int == 2)
      #expect(answer.json["inputs"] as? Int == 1)
      #expect((answer.json["refused"] as? [String])?.isEmpty == true, "\(answer.output)")
    }
    #expect(again.json["known_runs"] as? Int == 31)
    #expect(again.json["known_traces"] as? Int == 1)
    #expect(again.json["artifacts"] as? Int == taken.json["artifacts"] as? Int)
    try client.run("old_store.py", ["check", kind, factory.folder])
  }
}
