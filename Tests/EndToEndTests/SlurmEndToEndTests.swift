import API
import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// The same job on the laptop and on a Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmEndToEndTests {
  /// A factory with a site `hpc`, and the cluster behind it.
  private func factory() throws -> (FactoryProgram, TestCluster) {
    let cluster = try TestCluster()
    return (try FactoryProgram(cluster), cluster)
  }

  @Test func `a site is added, tried out, used and removed`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let shown = try factory("sites", "show", "hpc", "--output", "json").json
    #expect(shown["cluster"] as? String == "toy")
    #expect((shown["partitions"] as? [[String: Any]])?.count == 4)

    let trial = try factory("sites", "test", "hpc")
    #expect(trial.status == 0, "\(trial.output)\(trial.errors)")
    #expect(trial.output.contains("Jobs run on 'hpc'."))

    let waited = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--output", "json", "--", "sh", "-c",
      "echo on $SLURMD_NODENAME; pwd")
    #expect(waited.status == 0, "\(waited.errors)")
    let id = try #require(waited.json["id"] as? String)
    #expect(waited.json["site"] as? String == "hpc")
    #expect(waited.json["engine_id"] as? String != nil)
    let logs = try factory("jobs", "logs", "-f", id).output
    #expect(logs.hasPrefix("on n"))
    #expect(logs.hasSuffix("\n\(factory.folder)\n"), "it starts in the current folder: \(logs)")

    let failed = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--", "sh", "-c", "exit 4")
    #expect(failed.status == 1)
    let unknown = try factory(
      "jobs", "submit", "--site", "nowhere", "--output", "json", "--", "true")
    #expect(unknown.status == 2)
    #expect(unknown.error["code"] as? String == "site_unknown")

    #expect(try factory("sites", "remove", "hpc").status == 0)
    #expect(try factory("sites", "list", "--output", "quiet").output == "local\n")
    #expect(try factory("jobs", "logs", id).output == logs, "jobs stay known")
    withExtendedLifetime(cluster) {}
  }

  @Test func `gc, or the end of a site, removes what jobs left in the scratch folder`()
    throws
  {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try FileTree.createFolder(factory.folder + "/code")
    try factory.write("code/say.sh", "echo said\n")
    let words = [
      "jobs", "submit", "--site", "hpc", "--code", "code", "--wait", "--output", "json", "--", "sh",
      "say.sh",
    ]
    #expect(try factory.run(words).status == 0)
    let usual = try factory("gc", "--output", "json").json["site_files"] as? [String: Any]
    #expect(usual?["count"] as? Int == 0)
    let options = ["--grace", "0s", "--unused", "0s", "--output", "json"]
    let dry = try factory.run(["gc", "--dry-run"] + options).json["site_files"] as? [String: Any]
    // The job's folder, and the archive of its code.
    #expect(dry?["count"] as? Int == 2)
    #expect(try FileTree.names(in: cluster.scratch + "/jobs").count == 1)
    let real = try factory.run(["gc"] + options).json["site_files"] as? [String: Any]
    #expect(real?["count"] as? Int == 2)
    #expect(try FileTree.names(in: cluster.scratch + "/jobs") == [])
    #expect(try FileTree.names(in: cluster.scratch + "/code") == [])

    #expect(try factory.run(words).status == 0)
    let removed = try factory("sites", "remove", "hpc", "--files", "--output", "json")
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(removed.json["removed"] as? String == "hpc")
    // The job's folder, the archive of its code, and the agent.
    #expect(removed.json["count"] as? Int == 3, "\(removed.output)")
    #expect(removed.json["remarks"] as? [String] == [])
    for name in ["jobs", "code", "agents"] {
      #expect(try FileTree.names(in: cluster.scratch + "/" + name) == [])
    }
  }

  @Test func `the jobs of an array share the trials of a study`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    try factory.write(
      "train.py",
      """
      import os, time
      import aifactory_study as factory

      def objective(trial):
          x = trial.suggest_float("x", 0, 1)
          trial.set_user_attr("index", int(os.environ["AIFACTORY_ARRAY_INDEX"]))
          time.sleep(0.2)
          return x

      study = factory.create_study("by-array", budget=16, sampler="random")
      study.optimize(objective)
      """)
    let submitted = try factory(
      "jobs", "submit", "--site", "hpc", "--array", "4", "--time", "5m", "--wait", "--output",
      "json", "--", "python3", "train.py")
    #expect(submitted.status == 0, "\(submitted.output)\(submitted.errors)")
    var trials: [[String: Any]] = []
    try await factory.until(30, "the ledger knows all trials") {
      let study = try factory("studies", "show", "by-array", "--output", "json")
      trials = study.json["trials"] as? [[String: Any]] ?? []
      return trials.count == 16
    }
    #expect(trials.map { $0["number"] as? Int } == (0..<16).map { $0 })
    #expect(trials.allSatisfy { $0["outcome"] as? String == "completed" })
    let indices = Set(
      trials.compactMap { ($0["user_attributes"] as? [String: String])?["index"] })
    #expect(indices.isSubset(of: ["0", "1", "2", "3"]) && indices.count > 1, "\(indices)")
    withExtendedLifetime(cluster) {}
  }

  @Test func `a server that is killed finds its jobs again`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let running = try submit(
      factory, "echo ready; while ! [ -e \(factory.folder)/go ]; do sleep 0.1; done; exit 6")
    let ended = try submit(factory, "echo short; sleep 2")
    try await factory.until(30, "both run") {
      try factory("jobs", "logs", running).output == "ready\n"
        && factory("jobs", "logs", ended).output == "short\n"
    }
    let server = try factory.serverFile().pid
    #expect(kill(server, SIGKILL) == 0)
    // One ends while nobody looks, the other goes on.
    try await Task.sleep(for: .seconds(3))
    try factory.write("go-on", "")
    try await factory.until(30, "the one that ended is settled") {
      try show(factory, ended)["reason"] as? String == "succeeded"
    }
    #expect(try show(factory, running)["state"] as? String == "running")
    try factory.write("go", "")
    try await factory.until(30, "the other is settled") {
      try show(factory, running)["state"] as? String == "ended"
    }
    #expect(try show(factory, running)["exit_code"] as? Int == 6)
    #expect(try show(factory, running)["attempt"] as? Int == 1)
    let names = try cluster("squeue", "--noheader", "--states=all", "--format=%j")
    #expect(Set(names.split(separator: "\n").map(String.init)) == ["\(running).1", "\(ended).1"])
  }

  @Test func `a job is explained, canceled and retried`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    let job = try submit(factory, "echo attempt $AIFACTORY_ATTEMPT")
    try await factory.until(30, "Slurm says why it waits") {
      try factory("jobs", "explain", job).output.contains("PartitionDown")
    }
    #expect(try factory("jobs", "cancel", job).status == 0)
    try await factory.until(30, "it is canceled") {
      let shown = try show(factory, job)
      return shown["state"] as? String == "ended"
        && shown["reason"] as? String == "canceled_by_user"
    }
    try cluster("scontrol", "update", "partitionname=main", "state=up")
    #expect(try factory("jobs", "retry", job).status == 0)
    try await factory.until(30, "the second attempt succeeds") {
      try show(factory, job)["reason"] as? String == "succeeded"
    }
    #expect(try factory("jobs", "logs", job).output == "attempt 2\n")
  }

  @Test func `an array is submitted, looked at and canceled as one`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let done = try factory(
      "jobs", "submit", "--site", "hpc", "--array", "20", "--wait", "--output", "json", "--", "sh",
      "-c", "echo $AIFACTORY_ARRAY_INDEX; [ $AIFACTORY_ARRAY_INDEX -lt 18 ]")
    #expect(done.status == 1, "two of them fail")
    #expect(done.json["reasons"] as? [String: Int] == ["succeeded": 18, "failed": 2])
    let id = try #require(done.json["id"] as? String)
    let table = try factory("jobs", "show", id).output
    #expect(table.contains("18 succeeded, 2 failed"), "\(table)")
    let end = try factory("explain", id).output
    #expect(end == "array  \(id)\n    20 jobs on 'hpc': 2 failed, 18 succeeded\n")
    let list = try factory("jobs", "list", "--array", id, "--output", "json").json
    let jobs = try #require(list["jobs"] as? [[String: Any]])
    #expect(jobs.map { ($0["array"] as? [String: Any])?["index"] as? Int } == Array(0..<20))
    let arrays = Set(jobs.compactMap { ($0["engine_id"] as? String)?.split(separator: "_").first })
    #expect(arrays.count < 5, "they went to Slurm together: \(arrays)")
    let last = try #require(jobs.last?["id"] as? String)
    #expect(try factory("jobs", "logs", last).output == "19\n")

    let going = try factory(
      "jobs", "submit", "--site", "hpc", "--array", "40", "--output", "quiet", "--", "sleep", "100")
    let other = going.output.trimmingCharacters(in: .newlines)
    try await factory.until(30, "some run") {
      let states = try factory("jobs", "show", other, "--output", "json").json["states"]
      return (states as? [String: Int])?["running"] ?? 0 > 0
    }
    // Twelve cores run as many; the rest waits for them.
    let why = try factory("explain", other).output
    #expect(why.hasPrefix("array  \(other)\n    40 jobs on 'hpc': "), "\(why)")
    #expect(why.contains(" is the first that waits.\njob  job_"), "\(why)")
    #expect(try factory("jobs", "cancel", other).status == 0)
    try await factory.until(60, "all are canceled") {
      let reasons = try factory("jobs", "show", other, "--output", "json").json["reasons"]
      return reasons as? [String: Int] == ["canceled_by_user": 40]
    }
    #expect(try cluster("squeue", "--noheader") == "")
  }

  @Test func `a cluster behind a login node is added, tried out and used`() throws {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let factory = try FactoryProgram()
    defer { factory.close() }
    func add(_ knownHosts: String) throws -> FactoryProgram.Answer {
      try factory(
        "sites", "add", "hpc", "--driver", "slurm", "--ssh",
        "\(login.user)@127.0.0.1:\(login.port)", "--identity", login.key, "--known-hosts",
        knownHosts,
        "--scratch", cluster.scratch, "--slurm-conf", cluster.configuration, "--output", "json")
    }
    let stranger = try add(try factory.write("nobody", ""))
    #expect(stranger.status == 3, "the command line is right")
    #expect(stranger.error["code"] as? String == "site_unreachable")
    let added = try add(login.knownHosts)
    #expect(added.status == 0, "\(added.errors)")
    #expect((added.json["ssh"] as? [String: Any])?["port"] as? Int == login.port)
    let trial = try factory("sites", "test", "hpc")
    #expect(trial.status == 0, "\(trial.output)\(trial.errors)")
    #expect(trial.output.contains("works  ssh: connected as \(login.user)"))

    try factory.write(
      "say.sh", "echo \"$1 from $SLURMD_NODENAME\"; echo 5 > \"$AIFACTORY_CHECKPOINT_DIR/x\"")
    let job = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--output", "json", "--", "sh", "say.sh",
      "it's me")
    #expect(job.status == 0, "\(job.output)\(job.errors)")
    let id = try #require(job.json["id"] as? String)
    #expect(try factory("jobs", "logs", id).output.hasPrefix("it's me from n"))

    let kept = try factory(
      "jobs", "submit", "--site", "hpc", "--experiment", "kept", "--keep", "out", "--wait",
      "--output", "json", "--", "sh", "-c", "mkdir -p out; echo left on $SLURMD_NODENAME > out/x")
    #expect(kept.status == 0, "\(kept.output)\(kept.errors)")
    let run = try #require(kept.json["run"] as? String)
    #expect(try factory("runs", "download", run, "back", "--path", "out").status == 0)
    let back = try String(contentsOfFile: factory.folder + "/back/out/x", encoding: .utf8)
    #expect(back.hasPrefix("left on n"))
    #expect(try factory("sites", "remove", "hpc").status == 0)
  }

  @Test func `a job goes on after its time limit, in one run with one curve`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try factory.write("steps.py", Self.steps)
    let job = try factory(
      "jobs", "submit", "--site", "hpc", "--experiment", "restarts", "--time", "3s", "--grace",
      "10s",
      "--restart", "timeout,node_failure", "--restart-at-most", "4", "--wait", "--output", "json",
      "--", "python3", "steps.py")
    #expect(job.status == 0, "\(job.output)\(job.errors)")
    let restarts = try #require(job.json["restarts"] as? Int)
    #expect((1...4).contains(restarts))
    #expect(job.json["attempt"] as? Int == restarts + 1)
    #expect(job.json["restart_reason"] as? String == "time_limit")
    let id = try #require(job.json["id"] as? String)
    let table = try factory("jobs", "show", id).output
    #expect(
      table.contains("\(restarts) of at most 4, on timeout, node_failure, last after time_limit"))

    let run = try #require(job.json["run"] as? String)
    let shown = try factory("runs", "show", run, "--output", "json").json
    #expect(shown["status"] as? String == "FINISHED")
    let curve = try factory("runs", "plot", run, "--metric", "step", "--output", "quiet").output
    #expect(curve == (1...12).map { "\($0).0\n" }.joined(), "each step is there once")
    withExtendedLifetime(cluster) {}
  }

  /// Logs a point for each step and saves the number of the last one; ends after the twelfth.
  static let steps = """
    import json, os, signal, sys, time, urllib.request
    folder = os.environ["AIFACTORY_CHECKPOINT_DIR"]
    saved = os.path.join(folder, "step")
    step = int(open(saved).read()) if os.path.exists(saved) else 0
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    while step < 12 and not stop:
        step += 1
        body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "step", "value": step, "step": step,
                "timestamp": int(time.time() * 1000)}
        request = urllib.request.Request(
            os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json",
                     "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]})
        urllib.request.urlopen(request).read()
        with open(saved, "w") as file:
            file.write(str(step))
        time.sleep(0.5)
    """

  private func submit(_ factory: FactoryProgram, _ script: String) throws -> String {
    let answer = try factory(
      "jobs", "submit", "--site", "hpc", "--output", "quiet", "--", "sh", "-c", script)
    #expect(answer.status == 0, "\(answer.errors)")
    return answer.output.trimmingCharacters(in: .newlines)
  }

  private func show(_ factory: FactoryProgram, _ job: String) throws -> [String: Any] {
    try factory("jobs", "show", job, "--output", "json").json
  }
}
