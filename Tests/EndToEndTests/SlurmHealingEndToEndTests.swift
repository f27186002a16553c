import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// A server and a file system that fail while jobs of a real cluster run, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(9)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmHealingEndToEndTests {
  /// Job `i` of the array writes down that it began, waits until those of its kind may end, and that it is over.
  ///
  /// A quarter of them fails.
  private static func script(_ folder: String) -> String {
    """
    i=$AIFACTORY_ARRAY_INDEX
    echo $i >>\(folder)/begun
    until [ -e \(folder)/go$((i % 2)) ]; do sleep 1; done
    echo over $i
    echo $i >>\(folder)/over
    [ $((i % 4)) != 2 ] || exit 3
    """
  }

  @Test func `a server that is killed for a minute during 200 jobs finds all of them, once each`()
    async throws
  {
    // 200 CPUs, so that twenty jobs wait behind those that run.
    let cluster = try TestCluster(nodes: 4, cpus: 50)
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    let answer = try factory(
      "jobs", "submit", "--site", "hpc", "--array", "220", "--output", "quiet", "--", "sh", "-c",
      Self.script(factory.folder))
    #expect(answer.status == 0, "\(answer.errors)")
    let array = answer.output.trimmingCharacters(in: .newlines)
    func shown(_ key: String) async throws -> [String: Int]? {
      // Each question is a program of its own, beside the jobs.
      try await Task.sleep(for: .milliseconds(400))
      return try factory("jobs", "show", array, "--output", "json").json[key] as? [String: Int]
    }
    func written(_ name: String) throws -> [Int] {
      try String(decoding: FileTree.read(factory.folder + "/" + name), as: UTF8.self)
        .split(separator: "\n").compactMap { Int($0) }.sorted()
    }
    try await factory.until(240, "200 run") {
      try await shown("states") == ["running": 200, "queued": 20]
    }
    let server = try factory.serverFile().pid
    #expect(kill(server, SIGKILL) == 0)
    // Half of them ends while nobody looks, and those that waited begin.
    let killed = ContinuousClock.now
    try factory.write("go0", "")
    try await factory.until(120, "those end and begin that may") {
      guard FileTree.exists(factory.folder + "/over") else { return false }
      return try written("over").count == 110 && written("begun").count == 220
    }
    try await Task.sleep(until: killed + .seconds(60))
    #expect(kill(server, 0) != 0, "nobody has started another")

    // Whoever asks starts the server.
    let asked = ContinuousClock.now
    try await factory.until(60, "the ledger says what happened") {
      try await shown("states") == ["running": 110, "ended": 110]
    }
    print("all 220 states were right \(ContinuousClock.now - asked) after a server was started")
    #expect(try await shown("reasons") == ["succeeded": 55, "failed": 55])
    try factory.write("go1", "")
    try await factory.until(120, "all are settled") {
      try await shown("reasons") == ["succeeded": 165, "failed": 55]
    }
    #expect(try written("begun") == Array(0..<220), "each ran once")
    #expect(try written("over") == Array(0..<220))
    let list = try factory(
      "jobs", "list", "--array", array, "--limit", "1000", "--output", "json")
    let jobs = try #require(list.json["jobs"] as? [[String: Any]])
    #expect(jobs.count == 220)
    for (index, job) in jobs.enumerated() {
      #expect((job["array"] as? [String: Any])?["index"] as? Int == index)
      #expect(job["attempt"] as? Int == 1)
      #expect(job["exit_code"] as? Int == (index % 4 == 2 ? 3 : 0), "\(job)")
    }
    for index in [0, 2, 199, 218, 219] {
      let id = try #require(jobs[index]["id"] as? String)
      #expect(try factory("jobs", "logs", id).output == "over \(index)\n")
    }
  }

  @Test(
    .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root and unshare(1)"),
    arguments: SmallDisk.Shortage.possible, TestLoginNode.isPossible ? [false, true] : [false])
  func `a scratch folder without room, or beyond a quota, delays jobs, and none is lost`(
    shortage: SmallDisk.Shortage, isBehindLogin: Bool
  ) async throws {
    // The agent's program lies there, too.
    let factory = try FactoryProgram(smallDisk: "scratch", megabytes: 200, shortage: shortage)
    defer { factory.close() }
    let disk = try #require(factory.disk)
    // Its daemons see the same disk.
    let cluster = try TestCluster(launcher: disk.launcher(in: "/"))
    let login = isBehindLogin ? try TestLoginNode(launcher: disk.launcher(in: "/")) : nil
    try factory.add(cluster, login: login, scratch: factory.home + "/scratch")
    func submit(_ script: String) throws -> String {
      let answer = try factory(
        "jobs", "submit", "--site", "hpc", "--output", "quiet", "--", "sh", "-c", script)
      #expect(answer.status == 0, "\(answer.errors)")
      return answer.output.trimmingCharacters(in: .newlines)
    }
    func show(_ job: String) throws -> [String: Any] {
      try factory("jobs", "show", job, "--output", "json").json
    }
    let (go, ran) = (factory.folder + "/go", factory.folder + "/ran")
    let running = try submit(
      "echo ready; until [ -e \(go) ]; do sleep 0.1; done; seq 20000; exit 5")
    try await factory.until(30, "it runs") {
      try factory("jobs", "logs", running).output == "ready\n"
    }
    // One that Slurm has, and begins when there is no room.
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    let waiting = try submit("echo waited >>\(ran)")
    try await factory.until(30, "Slurm has it") { try show(waiting)["engine_id"] is String }
    #expect(try disk.fill() == (shortage == .room ? ENOSPC : EDQUOT))
    try cluster("scontrol", "update", "partitionname=main", "state=up")
    try factory.write("go", "")
    let late = try submit("echo late >>\(ran)")
    try await factory.until(30, "it says why it waits") {
      try factory("jobs", "explain", late).output.contains(
        shortage == .room ? "No space left on device" : "Disk quota exceeded")
    }
    #expect(try show(late)["state"] as? String == "queued")
    try await factory.until(30, "the other begins") {
      try cluster("squeue", "--noheader", "--states=PENDING") == ""
    }
    #expect(try show(running)["state"] as? String == "running")
    try disk.free()
    let healed = ContinuousClock.now
    for (job, reason) in [(running, "failed"), (waiting, "succeeded"), (late, "succeeded")] {
      try await factory.until(40, "\(job) ends") { try show(job)["state"] as? String == "ended" }
      let ended = try show(job)
      #expect(ended["reason"] as? String == reason, "\(ended)")
      #expect(ended["attempt"] as? Int == 1)
    }
    print("all had ended \(ContinuousClock.now - healed) after there was \(shortage) again")
    #expect(try show(running)["exit_code"] as? Int == 5)
    let lines = (1...20_000).map { "\($0)\n" }.joined()
    #expect(try factory("jobs", "logs", running).output == "ready\n" + lines, "no output is lost")
    let words = try String(contentsOfFile: ran, encoding: .utf8).split(separator: "\n")
    #expect(words.sorted() == ["late", "waited"])
    login?.close()
    cluster.close()
  }

  /// The server's clock is wrong here, that of the nodes and of Slurm right.
  @Test(.enabled(if: ShiftedClock.isPossible, ShiftedClock.hint), arguments: [-60, 60])
  func `clocks that are a minute apart change no limit, no end and no curve`(seconds: Int)
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram()
    defer { factory.close() }
    let clock = try ShiftedClock(seconds: seconds, in: factory.folder)
    defer { clock.end() }
    try factory.add(cluster)
    try factory.write("steps.py", SlurmEndToEndTests.steps)
    let job = try factory(
      "jobs", "submit", "--site", "hpc", "--experiment", "clocks", "--time", "4s", "--grace", "10s",
      "--restart", "timeout", "--restart-at-most", "4", "--wait", "--output", "json", "--",
      "python3", "steps.py")
    #expect(job.status == 0, "\(job.output)\(job.errors)")
    let restarts = try #require(job.json["restarts"] as? Int)
    #expect((1...4).contains(restarts))
    #expect(job.json["restart_reason"] as? String == "time_limit")
    let times = ["created_at_ms", "started_at_ms", "ended_at_ms"].compactMap {
      job.json[$0] as? Int
    }
    #expect(times.count == 3 && times == times.sorted())
    let ended = try #require(times.last)
    #expect(abs(ended - clock.nowMs) < 30_000, "by the server's clock")
    let run = try #require(job.json["run"] as? String)
    let shown = try factory("runs", "show", run, "--output", "json").json
    #expect(shown["status"] as? String == "FINISHED")
    let curve = try factory("runs", "plot", run, "--metric", "step", "--output", "quiet").output
    #expect(curve == (1...12).map { "\($0).0\n" }.joined(), "each step is there once")
  }
}
