import API
import Basics
import Foundation
import TestSupport
import Testing

/// The commands for runs, experiments and models, over what a client has logged.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RunCommandTests {
  private let factory: FactoryProgram
  private let client: FactoryClient

  init() throws {
    factory = try FactoryProgram()
    #expect(try factory("runs", "list", "--output", "quiet").status == 0)
    let file = try factory.serverFile()
    client = FactoryClient(url: file.url, token: file.token)
  }

  @discardableResult
  private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
    let answer = try await client.send("POST", "/api/2.0/mlflow/" + path, body: body.encoded())
    return try JSONValue(parsing: answer.body)
  }

  /// A run with a curve of three points whose last one is its number.
  private func run(_ number: Int, in experiment: String) async throws -> String {
    let run = try #require(
      try await post(
        "runs/create", ["experiment_id": .string(experiment), "run_name": .string("r\(number)")])[
          "run"]?["info"]?["run_id"]?.stringValue)
    try await post(
      "runs/log-batch",
      [
        "run_id": .string(run),
        "metrics": .array(
          (0..<3).map { step in
            [
              "key": "loss", "value": .number(step == 2 ? Double(number) : 9), "timestamp": 1,
              "step": .number(Double(step)),
            ]
          }),
        "params": [["key": "act", "value": .string(number % 2 == 0 ? "relu" : "50%+")]],
      ])
    return run
  }

  private func quiet(_ words: String...) throws -> [String] {
    let answer = try factory.run(words + ["--output", "quiet"])
    #expect(answer.status == 0, "\(words): \(answer.errors)")
    return answer.output.split(separator: "\n").map(String.init)
  }

  @Test func `runs are found, compared, drawn, deleted and restored`() async throws {
    defer { factory.close() }
    let made = try await post("experiments/create", ["name": "e"])
    let experiment = try #require(made["experiment_id"]?.stringValue)
    var runs: [String] = []
    for number in 0..<4 { runs.append(try await run(number, in: experiment)) }
    for (filter, wanted) in [
      ("params.act LIKE 'r%'", [0, 2]), ("params.act LIKE '%+'", [1, 3]),
      ("params.act = '50%+'", [1, 3]),
      ("metrics.loss < +2e+0 AND params.act ILIKE 'RE%'", [0]), ("params.act LIKE 'none%'", []),
    ] {
      #expect(
        try Set(quiet("runs", "list", "--filter", filter)) == Set(wanted.map { runs[$0] }),
        "\(filter)")
    }
    let ordered = try quiet("runs", "list", "--order", "metrics.loss DESC", "--limit", "2")
    #expect(ordered == [runs[3], runs[2]])
    #expect(try factory("runs", "list", "--filter", "params.act LIKE").status == 2)

    let shown = try factory("runs", "show", runs[1], "--output", "json").json
    #expect(shown["params"] as? [String: String] == ["act": "50%+"])
    let compared = try factory("runs", "compare", runs[0], runs[1]).output
    for words in [String(runs[0].suffix(8)), String(runs[1].suffix(8)), "metric loss", "50%+"] {
      #expect(compared.contains(words), "\(compared)")
    }
    let page = try factory("runs", "compare", runs[0], runs[1], "--html", "page.html")
    #expect(page.status == 0, "\(page.errors)")
    let html = try String(contentsOfFile: factory.folder + "/page.html", encoding: .utf8)
    #expect(html.contains(String(runs[1].suffix(8))) && !html.contains("src=\"http"))
    #expect(try quiet("runs", "plot", runs[3], "--metric", "loss") == ["9.0", "9.0", "3.0"])

    #expect(try factory("runs", "delete", runs[0], runs[1]).status == 0)
    #expect(try Set(quiet("runs", "list")) == [runs[2], runs[3]])
    #expect(try Set(quiet("runs", "list", "--deleted")) == [runs[0], runs[1]])
    #expect(try factory("runs", "restore", runs[0]).status == 0)
    #expect(try Set(quiet("runs", "list")) == [runs[0], runs[2], runs[3]])
    #expect(try factory("experiments", "delete", experiment).status == 0)
    #expect(try quiet("runs", "list").isEmpty)
    // With all its runs, as MLflow's server does it.
    #expect(try factory("experiments", "restore", experiment).status == 0)
    #expect(try Set(quiet("runs", "list")) == Set(runs))
    #expect(try quiet("experiments", "list").contains(experiment))
  }

  @Test func `an experiment's name finds runs, and the trash those below others`() async throws {
    defer { factory.close() }
    let name = "größe/日本 'x' & \"y\""
    let made = try await post("experiments/create", ["name": .string(name)])
    let experiment = try #require(made["experiment_id"]?.stringValue)
    let (above, below) = (try await run(0, in: experiment), try await run(1, in: experiment))
    try await post(
      "runs/set-tag",
      ["run_id": .string(below), "key": "mlflow.parentRunId", "value": .string(above)])
    #expect(try quiet("runs", "list", "--experiment", name) == [above])
    #expect(try quiet("runs", "list", "--experiment", experiment) == [above])
    let other = try factory("runs", "list", "--experiment", "none")
    #expect(other.status == 2 && other.errors.contains("'none'"), "\(other.errors)")

    let parent = try factory("runs", "list", "--parent", "none")
    #expect(parent.status == 2 && parent.errors.contains("'none'"), "\(parent.errors)")
    let colored = try factory(
      "runs", "compare", above, below, "--html", "colored.html", "--metric", "none")
    #expect(colored.status == 2 && colored.errors.contains("'none'"), "\(colored.errors)")

    // One that is misspelled, and the others stay as they are.
    #expect(try factory("runs", "delete", below, "none").status == 2)
    #expect(try quiet("runs", "list", "--parent", above) == [below])
    #expect(try factory("runs", "delete", below).status == 0)
    #expect(try quiet("runs", "list", "--deleted") == [below])
    let childless = try factory("runs", "compare", "--below", above)
    #expect(childless.status == 2 && childless.errors.contains("not_found"), "\(childless.errors)")
    #expect(try factory("runs", "list", "--filter", "metrics.none > 3").output == "No run fits.\n")
  }

  @Test func `an identifier that is empty is wrong use, and never all there are`() throws {
    defer { factory.close() }
    for words in [
      ["runs", "show", ""], ["runs", "delete", ""], ["runs", "restore", ""],
      ["models", "show", ""], ["experiments", "delete", ""], ["jobs", "show", ""],
      ["jobs", "cancel", ""],
      ["datasets", "show", ""], ["endpoints", "show", ""], ["endpoints", "delete", ""],
      ["workflows", "show", ""], ["sites", "show", ""], ["runs", "list", "--parent", ""],
      ["runs", "list", "--experiment", ""], ["runs", "compare", "--below", ""],
    ] {
      let answer = try factory.run(words)
      let said = "\(words): \(answer.output)\(answer.errors)"
      #expect(answer.status == 2 && answer.errors.contains(" empty."), "\(said)")
      #expect(answer.output.isEmpty, "\(said)")
    }
  }

  @Test func `models are listed, shown and promoted`() async throws {
    defer { factory.close() }
    for name in ["m", "n"] { try await post("registered-models/create", ["name": .string(name)]) }
    for _ in 0..<2 {
      try await post("model-versions/create", ["name": "m", "source": "s3://bucket/m"])
    }
    #expect(try Set(quiet("models", "list")) == ["m", "n"])
    #expect(try factory("models", "promote", "m", "2", "--alias", "best").status == 0)
    let shown = try factory("models", "show", "m", "--output", "json")
    #expect(shown.status == 0 && shown.output.contains("\"best\""), "\(shown.output)")
    let alias = try await client.send(
      "GET", "/api/2.0/mlflow/registered-models/alias", query: [("name", "m"), ("alias", "best")])
    #expect(try JSONValue(parsing: alias.body)["model_version"]?["version"]?.stringValue == "2")
    #expect(try factory("models", "promote", "m", "9").status == 2)
    #expect(try factory("models", "show", "none").status == 2)
  }
}
