import Basics
import Foundation
import TestSupport
import Testing

/// MLflow's own client in a job that can reach its agent alone, as on a node without network.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct OfflineJobTests {
  @Test func `what a job logs where no server is arrives once, whatever is killed meanwhile`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let agent = try IsolatedAgent(in: factory.folder)
    let signals = factory.folder + "/signals"
    try FileTree.createFolder(signals)
    func has(_ word: String) -> Bool { FileTree.exists(signals + "/" + word) }
    func say(_ word: String) throws {
      try Data().write(to: URL(fileURLWithPath: signals + "/" + word))
    }

    // Every server that starts here launches agents without network.
    setenv("AIFACTORY_AGENT", agent.path, 1)
    defer { unsetenv("AIFACTORY_AGENT") }
    let first = try MLflowClient(factory)
    let submitted = try factory(
      "jobs", "submit", "--experiment", "offline", "--name", "offline", "--env",
      "MLFLOW_DISABLE_TELEMETRY=true", "--output", "json", "--", MLflowClient.python,
      MLflowClient.folder + "/offline_job.py", signals)
    #expect(submitted.status == 0, "\(submitted.errors)")
    let run = try #require(submitted.json["run"] as? String)
    let job = try #require(submitted.json["id"] as? String)
    try await factory.until(120, "the script logs") { has("logged") || hasEnded(job, factory) }

    // Curves are live: the server has what an agent has answered.
    try await factory.until(20, "the curve is seen") {
      let shown = try? factory("runs", "show", run, "--output", "json")
      return shown?.output.contains("loss") == true
    }
    // What the job does not know when it makes one of that name.
    try first.run("offline_check.py", ["make"])
    kill(first.pid, SIGKILL)
    try say("killed")
    try await factory.until(120, "the script goes on without a server") {
      has("done")
    }

    let second = try MLflowClient(factory)
    #expect(second.pid != first.pid)
    try await factory.until(60, "the job ends") { hasEnded(job, factory) }
    let ended = try factory("jobs", "show", job, "--output", "json")
    #expect(ended.json["reason"] as? String == "succeeded", "\(ended.output)")
    #expect(ended.json["message"] == nil, "\(ended.output)")
    let words = try String(contentsOfFile: signals + "/done", encoding: .utf8)
      .split(separator: " ").map(String.init)
    let weights = try String(contentsOfFile: signals + "/weights", encoding: .utf8)
    let text = try second.run("offline_check.py", [run, words[1], words[2], weights])
    #expect(text.contains("ok"))
  }

  @Test func `models that a job logs and registers without a server are there once it is seen`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    setenv("AIFACTORY_AGENT", try IsolatedAgent(in: factory.folder).path, 1)
    defer { unsetenv("AIFACTORY_AGENT") }
    let submitted = try factory(
      "jobs", "submit", "--experiment", "models", "--env", "MLFLOW_DISABLE_TELEMETRY=true",
      "--wait", "--output", "json", "--", MLflowClient.python,
      MLflowClient.folder + "/offline_models.py", "job")
    let job = submitted.json["id"] as? String ?? ""
    let errors = try factory("jobs", "logs", "--stderr", job)
    #expect(submitted.status == 0, "\(submitted.output) \(errors.output)")
    #expect(submitted.json["message"] == nil, "\(submitted.output)")
    let client = try MLflowClient(factory)
    let text = try client.run(
      "offline_models.py", ["check", submitted.json["run"] as? String ?? ""])
    #expect(text.contains("ok"))
    // What the agent kept for its tasks is gone with them.
    let folder = submitted.json["folder"] as? String ?? ""
    #expect(!FileTree.exists(folder + "/1/local/uploads"))
  }

  @Test(.enabled(if: SmallDisk.isPossible, "this user may mount no file system"))
  func `on a full disk a call is refused and not kept, and what was answered is`() async throws {
    let factory = try FactoryProgram(smallDisk: "jobs", megabytes: 8)
    defer { factory.close() }
    let answered = factory.folder + "/answered"
    let submitted = try factory(
      "jobs", "submit", "--experiment", "full", "--wait", "--output", "json", "--", "sh", "-c",
      "cd \(factory.home)/jobs; "
        + "exec python3 \(MLflowClient.folder)/full_disk_job.py \(answered)")
    let errors = try factory(
      "jobs", "logs", "--stderr", submitted.json["id"] as? String ?? "")
    #expect(submitted.status == 0, "\(submitted.output) \(errors.output)")
    let text = try MLflowClient(factory).run(
      "full_disk_check.py", [submitted.json["run"] as? String ?? "", answered])
    #expect(text.contains("ok"))
  }

  private func hasEnded(_ job: String, _ factory: FactoryProgram) -> Bool {
    // A server that is away is asked again.
    let shown = try? factory("jobs", "show", job, "--output", "json")
    return shown?.json["state"] as? String == "ended"
  }
}

/// The agent in a network of its own, which has a loopback and nothing else.
struct IsolatedAgent {
  let path: String

  init(in folder: String) throws {
    path = folder + "/isolated-agent"
    let agent = FactoryProgram.products + "/aifactory-agent"
    // 0x8914 sets the flags of an interface; 0x49 is up, loopback, running.
    try """
    import fcntl, os, socket, struct, sys
    fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))
    os.execv("\(agent)", ["\(agent)"] + sys.argv[1:])

    """.write(toFile: path + ".py", atomically: true, encoding: .utf8)
    try """
    #!/bin/sh
    exec unshare \(getuid() == 0 ? "-n" : "-rn") python3 "\(path).py" "$@"

    """.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }
}
