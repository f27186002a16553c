import Basics
import Foundation
import Testing

/// Searches over the parameters of a user's own command, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CommandSearchEndToEndTests {
  private func wait(for id: String, _ factory: FactoryProgram) async throws -> [String: Any] {
    var run: [String: Any] = [:]
    try await factory.until(240, "the workflow run ends") {
      run = try factory("workflows", "show", id, "--output", "json").json
      return !["queued", "running"].contains(run["status"] as? String ?? "queued")
    }
    return run
  }

  private func trials(of study: String, _ factory: FactoryProgram) throws -> [[String: Any]] {
    let answer = try factory("studies", "show", study, "--output", "json")
    return answer.json["trials"] as? [[String: Any]] ?? []
  }

  @Test
  func `a search over a script survives the death of the server, the agents and the coordinator`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write(
      "train.sh",
      """
      sleep 0.2
      test "$AIFACTORY_PARAM_x" = "$1" || exit 7
      echo "first loss=1000"
      awk -v x="$1" 'BEGIN { printf "loss=%.17g\\n", (x - 1) ^ 2 }'
      """)
    try factory.write(
      "tune.yaml",
      """
      name: tune
      train:
        command: sh train.sh {x}
        resources: {cpus: 1, time: 1m}
        search:
          parameters: {x: {uniform: [0, 4]}}
          metric: loss
          read: {output: 'loss=(\\S+)'}
          trials: 24
          parallel: 4

      """)
    let started = try factory("run", "tune.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    func ended() throws -> Int {
      let run = try factory("workflows", "show", id, "--output", "json").json
      let stages = run["stages"] as? [[String: Any]]
      let progress = stages?.first?["progress"] as? [String: Any]
      return progress?["trials"] as? Int ?? 0
    }
    try await factory.until(90, "some trials have ended") { try ended() >= 4 }
    for pid in factory.processes(holding: "worker study") { kill(pid, SIGKILL) }
    for pid in factory.processes(holding: "aifactory-agent") { kill(pid, SIGKILL) }
    try await factory.until(90, "trials have ended after that") { try ended() >= 8 }
    kill(try factory.serverFile().pid, SIGKILL)
    let run = try await wait(for: id, factory)
    #expect(run["status"] as? String == "succeeded", "\(run)")
    let study = try #require(run["study"] as? String)
    try await factory.until(30, "the ledger has all trials") {
      try trials(of: study, factory).count == 24
    }
    let all = try trials(of: study, factory)
    #expect(all.allSatisfy { $0["outcome"] as? String == "completed" }, "\(all)")
    let metrics = run["metrics"] as? [String: [String: Double]]
    let best = try #require(metrics?["validation"]?["loss"])
    #expect(best == all.compactMap { $0["value"] as? Double }.min())
    #expect(best < 1)
    // The best trial's run has its parameter, the metric and what the command printed.
    let bestRun = try #require(run["best_run"] as? String)
    let shown = try factory("runs", "show", bestRun, "--output", "json").json
    let params = try #require(shown["params"] as? [String: String])
    let x = try #require(params["x"].flatMap { Double($0) })
    #expect(abs((x - 1) * (x - 1) - best) < 1e-12)
    let again = try factory("run", "tune.yaml", "--output", "json")
    let stages = again.json["stages"] as? [[String: Any]]
    #expect(stages?.first?["reused"] as? Bool == false)
  }

  @Test
  func `a search ends when too little is expected of it, and another begins where it ended`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write(
      "train.sh", #"awk -v x="$1" 'BEGIN { printf "loss=%.17g\n", (x - 1) ^ 2 }'"# + "\n")
    try factory.write(
      "short.yaml",
      """
      name: short
      train:
        command: sh train.sh {x}
        search:
          parameters: {x: {uniform: [0, 4]}}
          metric: loss
          read: {output: 'loss=(\\S+)'}
          sampler: gp
          trials: 300
          stop_below: 0.01

      """)
    let run = try factory("run", "short.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let study = try #require(run.json["study"] as? String)
    let all = try trials(of: study, factory)
    // Nothing is believed before 20 trials; what runs when it is enough comes to its end.
    #expect((20...60).contains(all.count), "\(all.count)")
    let best = all.compactMap { $0["value"] as? Double }.min() ?? .infinity
    #expect(best < 0.01)
    try await factory.until(30, "the ledger has all trials") {
      try trials(of: study, factory).count == all.count
    }
    let text = try String(contentsOfFile: factory.folder + "/short.yaml", encoding: .utf8)
    try factory.write(
      "next.yaml",
      text.replacing("name: short", with: "name: next").replacing(
        "trials: 300", with: "trials: 1\n    warm_start: [\(study)]"))
    let next = try factory("run", "next.yaml", "--output", "json")
    #expect(next.status == 0, "\(next.errors)")
    let heir = try #require(next.json["study"] as? String)
    try await factory.until(30, "the ledger has the trial") {
      try !trials(of: heir, factory).isEmpty
    }
    let first = try trials(of: heir, factory).first
    let leader = all.first { $0["value"] as? Double == best }
    #expect(
      first?["parameters"] as? [String: String] == leader?["parameters"] as? [String: String])
  }

  @Test func `a search weighs what a trial gives against the seconds that it takes`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    // The longer a trial works, the better it is.
    try factory.write(
      "train.sh", #"sleep $1; awk -v x="$1" 'BEGIN { printf "loss=%.17g\n", 1 / x }'"# + "\n")
    try factory.write(
      "weigh.yaml",
      """
      name: weigh
      train:
        command: sh train.sh {x}
        search:
          parameters: {x: {uniform: [0.05, 1]}}
          metric: loss
          cost: seconds
          read: {output: 'loss=(\\S+)'}
          sampler: sobol
          trials: 8
          parallel: 1

      """)
    let run = try factory("run", "weigh.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let metrics = run.json["metrics"] as? [String: [String: Double]]
    #expect(metrics?["validation"]?.keys.sorted() == ["loss", "seconds"])
    let study = try #require(run.json["study"] as? String)
    try await factory.until(30, "the ledger has all trials") {
      try trials(of: study, factory).count == 8
    }
    let best = try factory("studies", "best", study, "--output", "json")
    #expect(best.json["metrics"] as? [String] == ["loss", "seconds"], "\(best.output)")
    #expect(best.json["goals"] as? [String] == ["minimize", "minimize"])
    let frontier = try #require(best.json["frontier"] as? [[String: Any]])
    #expect(!frontier.isEmpty)
    for trial in frontier {
      let values = try #require(trial["values"] as? [Double])
      // A trial takes at least as long as it sleeps.
      #expect(values[1] >= 1 / values[0] - 0.01, "\(values)")
    }
    let table = try factory("studies", "best", study)
    #expect(table.output.contains("LOSS") && table.output.contains("SECONDS"))
    let importance = try factory("studies", "importance", study)
    #expect(importance.status == 0 && importance.output.contains("SECONDS"), "\(importance.errors)")
    let one = try factory("studies", "importance", study, "--goal", "loss", "--output", "json")
    #expect(one.json["parameters"] != nil, "\(one.errors)")
    let none = try factory("studies", "importance", study, "--goal", "lost")
    #expect(none.status == 2 && none.errors.contains("loss, seconds"), "\(none.errors)")
    let explained = try factory("studies", "explain", study, "7")
    #expect(explained.output.contains("let expect seconds"), "\(explained.output)")
    let page = try factory("studies", "show", study, "--html", "page.html", "--goal", "seconds")
    #expect(page.status == 0, "\(page.errors)")
    let html = try String(contentsOfFile: factory.folder + "/page.html", encoding: .utf8)
    #expect(html.contains("Trials over loss and seconds"))
    #expect(html.contains("seconds along x"))
  }

  @Test func `a noisy command is measured several times`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write(
      "train.sh",
      #"awk -v x="$1" -v r="$2" 'BEGIN { printf "loss=%.17g\n", (x - 1) ^ 2 + 9 * r }'"# + "\n")
    try factory.write(
      "noisy.yaml",
      """
      name: noisy
      train:
        command: sh train.sh {x} {repeat}
        search:
          parameters: {x: {uniform: [0, 4]}}
          metric: loss
          read: {output: 'loss=(\\S+)'}
          trials: 3
          repeats: 3

      """)
    let run = try factory("run", "noisy.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let study = try #require(run.json["study"] as? String)
    try await factory.until(30, "the ledger has all trials") {
      try trials(of: study, factory).count == 3
    }
    for trial in try trials(of: study, factory) {
      let x = Double((trial["parameters"] as? [String: String])?["x"] ?? "") ?? .nan
      let value = try #require(trial["value"] as? Double)
      let error = try #require((trial["standard_errors"] as? [Double])?.first)
      #expect(abs(value - ((x - 1) * (x - 1) + 9)) < 1e-9)
      #expect(abs(error - 9 / 3.0.squareRoot()) < 1e-9)
      #expect(trial["steps"] as? Int == 3)
    }
    #expect(try factory("studies", "show", study).output.contains(" ± 5.2"))
    #expect(try factory("studies", "explain", study, "2").output.contains(" ± 5.19615"))
  }

  @Test func `a search keeps the limits of what its command measures`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write(
      "train.sh",
      #"awk -v x="$1" 'BEGIN { printf "{\"loss\": %.17g, \"latency\": %.17g}", 4 - x, x * 20 }'"#
        + " > $2/m.json\n")
    try factory.write(
      "fast.yaml",
      """
      name: fast
      train:
        command: sh train.sh {x} {trial_dir}
        search:
          parameters: {x: {uniform: [0, 4]}}
          metric: loss
          limits: {latency: {most: 50}}
          read: {file: m.json}
          sampler: gp
          trials: 20
          parallel: 2

      """)
    let run = try factory("run", "fast.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let study = try #require(run.json["study"] as? String)
    try await factory.until(30, "the ledger has all trials") {
      try trials(of: study, factory).count == 20
    }
    let all = try trials(of: study, factory)
    for trial in all {
      let x = Double((trial["parameters"] as? [String: String])?["x"] ?? "") ?? .nan
      let constraint = try #require((trial["constraints"] as? [Double])?.first)
      #expect(abs(constraint - (x * 20 - 50)) < 1e-9)
      #expect(trial["infeasible"] as? Bool == (x * 20 > 50 ? true : nil))
    }
    let broken = try #require(all.last { $0["infeasible"] as? Bool == true })
    // The least loss that keeps the limit is 1.5.
    let metrics = run.json["metrics"] as? [String: [String: Double]]
    let best = try #require(metrics?["validation"]?["loss"])
    #expect((1.5..<1.55).contains(best), "\(best)")
    let shown = try factory("studies", "best", study)
    #expect(shown.output.contains("constraints"), "\(shown.output)")
    let number = try #require(broken["number"] as? Int)
    let explained = try factory("studies", "explain", study, "\(number)").output
    #expect(explained.contains("It broke its constraint by"), "\(explained)")
    #expect(try factory("studies", "show", study).output.contains("infeasible"))
  }

  @Test func `a command that always fails fails the stage, with its last words`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write(
      "bad.yaml",
      """
      name: bad
      train:
        command: [sh, -c, "echo no such thing >&2; exit 3"]
        search: {parameters: {x: {int: [1, 9]}}, metric: loss, trials: 3}

      """)
    let run = try factory("run", "bad.yaml", "--output", "json")
    #expect(run.status == 1)
    let error = try #require(run.json["error"] as? [String: Any], "\(run.output)\(run.errors)")
    #expect(error["code"] as? String == "trials_failed")
    let message = try #require(error["message"] as? String)
    #expect(message.contains("All 3 trials failed"))
    #expect(message.hasSuffix("ended with exit code 3. It said: no such thing"))
  }

  @Test func `MLflow's client logs into the trials, and the best model is registered`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try #require(
      FileTree.exists(MLflowClient.python), "no MLflow client: run `make mlflow-client` first")
    try factory.write(
      "train.py",
      """
      import os, sys
      import mlflow
      from sklearn.linear_model import Ridge

      alpha = float(sys.argv[1])
      with mlflow.start_run():
          mlflow.log_param("alpha", sys.argv[1])
          for step in range(1, 4):
              mlflow.log_metric("val_loss", (alpha - 1) ** 2 + 1 / step, step=step)
          mlflow.sklearn.log_model(Ridge(alpha=alpha).fit([[0.0], [1.0]], [0.0, 1.0]), name="net")
      """)
    try factory.write(
      "tune.yaml",
      """
      name: ridge
      train:
        command: \(MLflowClient.python) train.py {alpha}
        search:
          parameters: {alpha: {log_uniform: [0.1, 10]}}
          metric: val_loss
          pruner: median
          steps: 3
          trials: 3
      register: {model: ridge}

      """)
    let run = try factory("run", "tune.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let version = run.json["model_version"] as? [String: Any]
    #expect(version?["name"] as? String == "ridge" && version?["version"] as? Int == 1)
    let best = try #require(run.json["best_run"] as? String)
    let shown = try factory("runs", "show", best, "--output", "json").json
    let params = try #require(shown["params"] as? [String: String])
    let alpha = try #require(params["alpha"].flatMap { Double($0) })
    let metrics = run.json["metrics"] as? [String: [String: Double]]
    let value = try #require(metrics?["validation"]?["val_loss"])
    #expect(abs(value - ((alpha - 1) * (alpha - 1) + 1.0 / 3)) < 1e-9)
  }
}
