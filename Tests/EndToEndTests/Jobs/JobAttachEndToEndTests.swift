import Basics
import Foundation
import TestSupport
import Testing

/// Shells and commands inside of running jobs, with the real programs and a real terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct JobAttachEndToEndTests {
  /// Types a line into a program on a terminal of its own, once that has said something, and prints all
  /// that the terminal showed.
  private static let typist = """
    import os, pty, sys
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    shown, typed = b"", False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not typed and shown.rstrip().endswith((b"#", b"$")):
            os.write(terminal, sys.argv[1].encode() + b"\\n")
            typed = True
    sys.stdout.write(shown.decode())
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """

  /// What a shell in a job shows after a line was typed, and its exit code.
  private func showing(
    _ line: String, into words: [String], _ factory: FactoryProgram
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "SHELL=/bin/sh", "TERM=vt100", "timeout", "-s", "KILL", "60", "python3",
        try factory.write("typist.py", Self.typist), line, FactoryProgram.products + "/aifactory",
        "--home", factory.home,
      ] + words
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let output = factory.folder + "/typist-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8))
  }

  private func begin(
    _ factory: FactoryProgram, _ options: [String] = []
  ) async throws -> String {
    let answer = try factory.run(
      ["jobs", "submit", "--env", "COLOR=dark blue", "--output", "quiet"] + options
        + ["--", "sh", "-c", "echo ready; while ! [ -e go ]; do sleep 0.1; done"])
    #expect(answer.status == 0, "\(answer.errors)")
    let id = answer.output.trimmingCharacters(in: .newlines)
    try await factory.until(40, "it runs") {
      try factory("jobs", "logs", id).output.hasSuffix("ready\n")
        && factory("jobs", "show", id, "--output", "json").json["state"] as? String == "running"
    }
    return id
  }

  private static let look = "echo $((40 + 2)) $COLOR $AIFACTORY_JOB $TERM; pwd; tty; exit 3"

  @Test func `a shell on this machine is where the job is, and ends with its own code`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let id = try await begin(factory, ["--memory", "500MB"])
    let shell = try showing(Self.look, into: ["jobs", "attach", id], factory)
    #expect(shell.status == 3, "\(shell.text)")
    #expect(shell.text.contains("42 dark blue \(id) vt100\r\n"), "\(shell.text)")
    #expect(shell.text.contains("\r\n\(factory.folder)\r\n"), "\(shell.text)")
    #expect(shell.text.contains("/dev/pts/"), "\(shell.text)")

    let command = try factory(
      "jobs", "attach", id, "--", "sh", "-c", "echo $AIFACTORY_ATTACHED; cat; exit 4",
      input: "given\n")
    #expect(command.output == "1\ngiven\n")
    #expect(command.status == 4)
    let dry = try factory("jobs", "attach", id, "--dry-run", "--output", "json", "--", "id")
    let words = try #require(dry.json["command"] as? [String])
    #expect(words.suffix(2) == ["--", "id"] && words[1] == "enter")

    // The visitor is no part of the job, which ends as it would have.
    try factory.write("go", "")
    try await factory.until(20, "it ends") {
      try factory("jobs", "show", id, "--output", "json").json["reason"] as? String == "succeeded"
    }
    let late = try factory("jobs", "attach", id, "--output", "json")
    #expect(late.status == 2)
    #expect(late.error["code"] as? String == "job_not_running")
  }

  private static let hasFence = FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap")

  @Test(
    .enabled(if: hasFence, "bubblewrap is not installed; Scripts/setup.sh --cluster installs it"))
  func `a visitor of a job that is kept apart sees what the job sees`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let id = try await begin(factory, ["--no-network"])
    let inside = try factory(
      "jobs", "attach", id, "--", "sh", "-c",
      "pwd; ls \(factory.home)/jobs | wc -l; ls /proc | grep -c '^[0-9]'; "
        + "grep -c : /proc/net/dev; echo $COLOR")
    let lines = inside.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 5, "\(inside.output)\(inside.errors)")
    #expect(lines[0] == factory.folder)
    #expect(lines[1] == "1", "of all jobs its own alone")
    #expect(Int(lines[2]) ?? 99 < 15, "its own processes")
    #expect(lines[3] == "1", "its own loopback alone")
    #expect(lines[4] == "dark blue")
    #expect(try factory("jobs", "cancel", id).status == 0)
  }

  @Test(.enabled(if: TestCluster.isPossible, TestCluster.hint))
  func `a shell on a cluster is a step of the job, on each of its nodes`() async throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    let id = try await begin(factory, ["--site", "hpc"])
    let shell = try showing(
      "echo on $SLURMD_NODENAME; " + Self.look, into: ["jobs", "attach", id], factory)
    #expect(shell.status == 3, "\(shell.text)")
    #expect(shell.text.contains("42 dark blue \(id) vt100\r\n"), "\(shell.text)")
    #expect(shell.text.contains("\r\n\(factory.folder)\r\n"), "\(shell.text)")
    #expect(shell.text.contains("/dev/pts/"), "\(shell.text)")

    let wide = try await begin(factory, ["--site", "hpc", "--nodes", "2"])
    for node in ["0", "1"] {
      let command = try factory(
        "jobs", "attach", "--node", node, wide, "--", "sh", "-c", "echo $RANK $COLOR; exit 5")
      #expect(command.output == "\(node) dark blue\n", "\(command.errors)")
      #expect(command.status == 5)
    }
    let array = try factory(
      "jobs", "submit", "--site", "hpc", "--array", "2", "--output", "quiet", "--", "sleep", "60")
    let list = try factory(
      "jobs", "list", "--output", "quiet", "--array",
      array.output.trimmingCharacters(in: .newlines))
    let second = try #require(list.output.split(separator: "\n").last.map(String.init))
    try await factory.until(40, "the array runs") {
      try factory("jobs", "show", second, "--output", "json").json["state"] as? String == "running"
    }
    let task = try factory(
      "jobs", "attach", second, "--", "sh", "-c", "echo $AIFACTORY_ARRAY_INDEX")
    #expect(task.output == "1\n", "\(task.errors)")
    withExtendedLifetime(cluster) {}
  }

  @Test(.enabled(if: TestCluster.isPossible && TestLoginNode.isPossible, TestLoginNode.hint))
  func `a shell on a cluster behind a login node has a terminal, too`() async throws {
    let (cluster, login) = (try TestCluster(), try TestLoginNode())
    let factory = try FactoryProgram(cluster, login: login)
    defer { factory.close() }
    let id = try await begin(factory, ["--site", "hpc"])
    let shell = try showing(Self.look, into: ["jobs", "attach", id], factory)
    #expect(shell.status == 3, "\(shell.text)")
    #expect(shell.text.contains("42 dark blue \(id) vt100\r\n"), "\(shell.text)")
    #expect(shell.text.contains("/dev/pts/"), "\(shell.text)")
    let command = try factory("jobs", "attach", id, "--", "sh", "-c", "cat; exit 4", input: "a b\n")
    #expect(command.output == "a b\n", "\(command.errors)")
    #expect(command.status == 4)
    withExtendedLifetime(cluster) {}
  }
}
