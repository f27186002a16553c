import Basics
import Foundation
import TestSupport
import Testing

/// What the factory logs itself, seen by MLflow's own client.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RunTreeTests {
  @Test func `MLflow's client sees a workflow run as a tree of runs`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 6))
    let git = """
      git init -q . && git add . && \
      git -c user.name=t -c user.email=t@example.org commit -q -m first && echo "# more" >> workflow.yaml
      """
    let made = Process()
    made.executableURL = URL(fileURLWithPath: "/bin/sh")
    made.arguments = ["-c", git]
    made.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    try made.run()
    made.waitUntilExit()
    #expect(made.terminationStatus == 0)
    #expect(try factory("run", "workflow.yaml").status == 0)
    let client = try MLflowClient(factory)
    let answer = try client.json("run_tree.py", ["houses"])
    func words(_ key: String) -> [String] {
      (answer[key]?.arrayValue ?? []).compactMap(\.stringValue)
    }
    #expect(words("stages") == ["data", "deploy", "evaluate", "register", "train"])
    #expect(answer["trials"]?.numberValue == 6)
    #expect(answer["curve"]?.numberValue ?? 0 >= 2)
    #expect(words("contexts") == ["test", "training"])
    #expect(answer["digest"]?.stringValue?.hasPrefix("dv_") == true)
    #expect(words("flavors") == ["python_function"])
    #expect(words("metrics").contains("test_rmse"))
    #expect(answer["report"]?.numberValue ?? 0 > 10_000)
    #expect(answer["source"]?.stringValue == "workflow.yaml")
    #expect(answer["commit"]?.stringValue?.count == 40)
    #expect(words("artifacts") == ["model.json", "report.html", "source", "workflow.yaml"])

    let roots = try factory("runs", "list", "--output", "quiet")
    let root = roots.output.split(separator: "\n").map(String.init)
    #expect(root.count == 1, "\(roots.output)")
    let all = try factory("runs", "list", "--nested", "--limit", "100", "--output", "quiet")
    #expect(all.output.split(separator: "\n").count == 12)
    let shown = try factory("runs", "show", root.first ?? "")
    #expect(shown.output.contains("report.html"))
    #expect(shown.output.contains("evaluate: FINISHED"))
    let compared = try factory(
      "runs", "compare", "--below", answer["train"]?.stringValue ?? "", "--html", "trials.html")
    #expect(compared.status == 0, "\(compared.errors)")
    let page = try String(contentsOfFile: factory.folder + "/trials.html", encoding: .utf8)
    #expect(page.contains("Parallel coordinates"))
    #expect(page.contains("curve/rmse over steps"))
  }

  @Test func `plain MLflow calls of a job log into the job's run, which ends as the job does`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    func submit(_ word: String) throws -> [String: Any] {
      let answer = try factory(
        "jobs", "submit", "--experiment", "scripts", "--name", word, "--env",
        "MLFLOW_DISABLE_TELEMETRY=true", "--wait", "--output", "json", "--", MLflowClient.python,
        MLflowClient.folder + "/job_script.py", word)
      #expect(answer.status == (word == "works" ? 0 : 1), "\(answer.output) \(answer.errors)")
      return answer.json
    }
    let works = try submit("works")
    let fails = try submit("fails")
    let client = try MLflowClient(factory)
    let ids = [works, fails].map { $0["run"] as? String ?? "" }
    let text = try client.run("job_runs.py", ids)
    #expect(text.contains("ok"))
    let token = Data("run_\(works["run"] as? String ?? "")_".utf8)
    let files = ["/factory.sqlite", "/factory.sqlite-wal"].map { factory.home + $0 }
    for file in files where FileTree.exists(file) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(bytes.range(of: token) == nil, "the token of a run is kept nowhere")
    }
  }
}
