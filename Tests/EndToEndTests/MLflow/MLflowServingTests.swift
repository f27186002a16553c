import API
import Basics
import Foundation
import TestSupport
import Testing

/// Models that MLflow's own client has logged, behind endpoints.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MLflowServingTests {
  /// Deploys a model with the interpreter of the tests and returns a client of its endpoint.
  private func deploy(
    _ model: String, to name: String, in factory: FactoryProgram,
    python: String? = MLflowClient.python
  ) throws -> FactoryClient {
    let words = ["endpoints", "deploy", name, "--model", model, "--output", "json"]
    let answer = try factory.run(words + (python.map { ["--python", $0] } ?? []))
    #expect(answer.status == 0, "\(answer.errors)")
    return FactoryClient(
      url: try #require(answer.json["url"] as? String), token: try factory.serverFile().token)
  }

  private func post(
    _ body: JSONValue, _ path: String, _ client: FactoryClient
  ) async throws -> JSONValue {
    try JSONValue(parsing: try await client.send("POST", path, body: body.encoded()).body)
  }

  /// What the endpoint says about a body that it refuses.
  private func refusal(
    _ body: String, _ client: FactoryClient, _ path: String = "/predict"
  ) async throws -> APIError {
    do {
      _ = try await client.send("POST", path, body: Array(body.utf8))
    } catch let error as APIError {
      return error
    }
    Issue.record("accepted: \(body)")
    throw CancellationError()
  }

  private func values(_ answer: JSONValue) -> [JSONValue] {
    (answer["predictions"]?.arrayValue ?? []).compactMap { $0["value"] }
  }

  private func expectNear(_ value: JSONValue?, _ other: JSONValue?) throws {
    let (value, other) = (try #require(value?.numberValue), try #require(other?.numberValue))
    #expect(abs(value - other) <= 1e-6 * max(1, abs(other)), "\(value) and \(other)")
  }

  @Test func `what a client logged answers at an endpoint as pyfunc does`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let python = try MLflowClient(factory)
    let told = try python.json("serving.py", ["log"])

    let iris = try deploy("iris@champion", to: "flowers", in: factory)
    let wanted = try #require(told["iris"])
    let answer = try await post(try #require(wanted["rows"]), "/predict", iris)
    #expect(answer["model_version"]?["version"]?.numberValue == 1)
    #expect(values(answer) == wanted["values"]?.arrayValue)
    for (row, shares) in try #require(wanted["probabilities"]?.arrayValue).enumerated() {
      for name in ["setosa", "versicolor", "virginica"] {
        try expectNear(answer["predictions"]?[row]?["probabilities"]?[name], shares[name])
      }
    }
    let scored = try await post(try #require(wanted["split"]), "/invocations", iris)
    #expect(scored["predictions"]?.arrayValue == wanted["values"]?.arrayValue)

    let missing = try await refusal(#"[{"sepal":1,"width":1,"petal":1}]"#, iris)
    #expect(missing.status == 422 && missing.code.rawValue == "column_missing")
    #expect(missing.details["column"] == "depth" && missing.details["row"] == "0")
    let unfit = try await refusal(
      #"[{"sepal":1,"width":1,"petal":1,"depth":"deep"}]"#, iris)
    #expect(unfit.status == 422 && unfit.details["value"] == #""deep""#)
    #expect(unfit.details["expectation"] == "a number")
    #expect(try await refusal("nonsense", iris).status == 400)
    let protocolError = try await refusal(#"{"rows":[]}"#, iris, "/invocations")
    #expect(protocolError.status == 400)
    #expect(protocolError.message.contains("dataframe_split"))

    let id = try #require(answer["predictions"]?[0]?["id"]?.stringValue)
    let explained = try factory("explain", id)
    #expect(explained.status == 0 && explained.output.contains("iris"), "\(explained)")
    let described = try JSONValue(parsing: try await iris.send("GET", "").body)
    #expect(described["columns"]?.arrayValue?.count == 4)
    #expect(described["columns"]?[3]?["name"]?.stringValue == "depth")

    for name in ["trees", "leaves"] {
      let model = try deploy("\(name):1", to: name, in: factory)
      let numbers = try await post(try #require(told[name]?["rows"]), "/predict", model)
      for (value, other) in zip(values(numbers), told[name]?["values"]?.arrayValue ?? []) {
        try expectNear(value, other)
      }
      #expect(values(numbers).count == 3)
    }

    let words = try deploy("words", to: "words", in: factory)
    let loud = try await post(try #require(told["words"]?["rows"]), "/predict", words)
    #expect(values(loud) == told["words"]?["values"]?.arrayValue)
    let failed = try await refusal(#"{"count":-1,"word":"a"}"#, words)
    #expect(failed.status == 500 && failed.message.contains("a count below zero"))
    #expect(try await post(try #require(told["words"]?["rows"]), "/predict", words) != .null)
  }

  @Test func `a model of MLflow's is replaced without a failed request and restarted when it dies`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let python = try MLflowClient(factory)
    _ = try python.json("serving.py", ["log", "iris"])
    let iris = try deploy("iris:1", to: "flowers", in: factory)
    let body = Array(#"{"sepal":6,"width":3,"petal":4.5,"depth":1.5}"#.utf8)

    let asking = Task {
      var versions: Set<Double> = []
      var count = 0
      while !Task.isCancelled {
        let answer = try await iris.send("POST", "/predict", body: body)
        let json = try JSONValue(parsing: answer.body)
        versions.insert(json["model_version"]?["version"]?.numberValue ?? 0)
        count += 1
      }
      return (count, versions)
    }
    _ = try deploy("iris:2", to: "flowers", in: factory)
    let after = try JSONValue(parsing: try await iris.send("POST", "/predict", body: body).body)
    asking.cancel()
    let asked = await asking.result
    #expect(after["model_version"]?["version"]?.numberValue == 2)
    switch asked {
    case .success(let (count, versions)): #expect(count > 10 && versions.contains(1))
    case .failure(let error): #expect(error is CancellationError, "\(error)")
    }

    let children = factory.processes(holding: "replica.py")
    #expect(!children.isEmpty)
    for child in children { kill(child, SIGKILL) }
    try await factory.until(60, "the replica is there again") {
      do {
        _ = try await iris.send("POST", "/predict", body: body)
        return !factory.processes(holding: "replica.py").contains { children.contains($0) }
      } catch is APIError {
        return false
      }
    }
  }

  @Test(
    .enabled(
      if: FileTree.exists(MLflowClient.pythonWithTorch), "PyTorch could not be installed here"))
  func `a network of PyTorch answers at an endpoint`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let python = try MLflowClient(factory)
    let torch = MLflowClient.pythonWithTorch
    let told = try python.json("serving.py", ["log_torch"], python: torch)
    let net = try deploy("net@champion", to: "net", in: factory, python: torch)
    let answer = try await post(try #require(told["net"]?["rows"]), "/predict", net)
    let wanted = try #require(told["net"]?["values"]?.arrayValue)
    #expect(values(answer).count == wanted.count)
    for (value, other) in zip(values(answer), wanted) { try expectNear(value, other) }
    let unfit = try await refusal("[[1,2]]", net)
    #expect(unfit.status == 422 && unfit.details["expectation"]?.contains("float32") == true)
  }

  @Test func `the packages of a model are installed once, and what pip says is told`() async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let python = try MLflowClient(factory)
    let folder = factory.folder + "/models"
    let told = try python.json("serving.py", ["save", folder])
    for name in ["good", "bad"] {
      let taken = try factory("models", "import", "\(folder)/\(name)", "--name", name)
      #expect(taken.status == 0, "\(taken.errors)")
    }
    let good = try deploy("good", to: "line", in: factory, python: nil)
    let answer = try await post(.array([.array([.number(10)])]), "/predict", good)
    try expectNear(values(answer).first, told["value"])
    let environments = factory.home + "/environments"
    let made = try FileTree.names(in: environments).filter { !$0.hasSuffix(".lock") }
    #expect(made.count == 1)
    // A second endpoint takes the same environment.
    let jobs = try factory("jobs", "list", "--output", "json").output
    _ = try deploy("good", to: "again", in: factory, python: nil)
    let count = { (text: String) in text.components(separatedBy: "\"environment ").count }
    #expect(count(try factory("jobs", "list", "--output", "json").output) == count(jobs))

    // One that has gone, as after a restored backup, is made again by the replica that needs it.
    try FileTree.remove(environments + "/" + made[0])
    for child in factory.processes(holding: "replica.py") { kill(child, SIGKILL) }
    try await factory.until(60, "the environment is there again") {
      do {
        return try await post(.array([.array([.number(10)])]), "/predict", good) != .null
          && FileTree.exists(environments + "/\(made[0])/ready")
      } catch is APIError {
        return false
      }
    }

    let bad = try factory("endpoints", "deploy", "bad", "--model", "bad", "--output", "json")
    #expect(bad.status != 0)
    let error = bad.error
    #expect(error["code"] as? String == "environment_failed", "\(bad.errors)")
    #expect((error["message"] as? String)?.contains("absent.whl") == true, "\(bad.errors)")
    #expect((error["hint"] as? String)?.contains("--python") == true)
  }
}
