import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

private let hasBubblewrap = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"].contains {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// Jobs that are kept apart, by the real `bwrap`.
@Suite(
  .timeLimit(.minutes(1)),
  .enabled(
    if: hasBubblewrap, "bubblewrap is not installed; Scripts/setup.sh installs it"))
struct JobIsolationTests {
  private func submit(
    _ script: String, network: Bool = true, graceMs: Int64 = 5_000, directory: String? = nil,
    memoryBytes: Int64? = nil, _ jobs: Jobs
  ) async throws -> Job {
    var spec = JobSpec(
      name: "apart", command: ["sh", "-c", script], workingDirectory: directory,
      resources: JobResources(memoryBytes: memoryBytes, gracePeriodMs: graceMs))
    spec.isolation = JobIsolation(network: network)
    return try await jobs.submit(spec)
  }

  @Test func `it has its own folders, and sees no other job and no other process`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let other = try await jobs.shell("echo secret > note; echo kept; sleep 60")
      _ = try await jobs.words(of: other)
      let mark = "aifactory-isolation-\(UUID().uuidString)"
      _ = FileManager.default.createFile(atPath: "/tmp/\(mark)", contents: nil)
      defer { unlink("/tmp/\(mark)") }
      let job = try await submit(
        """
        cat \(other.workFolder)/note; [ -e /tmp/\(mark) ] || echo own; ls \(configurationFolder(home))
        echo 5 > $AIFACTORY_CHECKPOINT_DIR/x && echo 6 > y && echo 7 > /tmp/z
        ps=$(ls /proc | grep -c '^[0-9]'); [ $ps -lt 6 ] && echo alone; echo $TMPDIR
        printf '{"progress":{"phase":"p","share":0.5,"message":"m"}}\\n' >&3
        """, jobs)
      let ended = try await jobs.waitForEnd(job.id)
      let errors = try await jobs.text(ended, .stderr)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "") \(errors)")
      #expect(errors.contains("note: No such file"), "\(errors)")
      #expect(try await jobs.text(ended) == "own\n\(job.id)\nalone\n/tmp\n")
      #expect(try String(contentsOfFile: job.checkpointFolder + "/x", encoding: .utf8) == "5\n")
      #expect(try String(contentsOfFile: job.workFolder + "/y", encoding: .utf8) == "6\n")
      #expect(!FileTree.exists("/tmp/z"))
      #expect(ended.progress?.phase == "p", "its reports come through")
      _ = try await jobs.cancel(other.id)
      _ = try await jobs.waitForEnd(other.id)
    }
  }

  private func configurationFolder(_ home: JobsUnderTest) -> String { home.configuration.folder }

  @Test func `without network it has a loopback of its own alone`() async throws {
    try await JobsUnderTest().serve { jobs in
      let script = "wc -l < /proc/net/route; ls /sys/class/net >/dev/null; cat /proc/net/dev"
      let apart = try await jobs.waitForEnd(try await submit(script, network: false, jobs).id)
      let text = try await jobs.text(apart)
      let errors = try await jobs.text(apart, .stderr)
      #expect(apart.reason == .succeeded, "\(errors)")
      let devices = text.split(separator: "\n").filter { $0.contains(":") }
      #expect(devices.count == 1 && devices.first?.contains("lo:") == true, "\(text)")
    }
  }

  @Test func `exit codes come through, and a cancellation with its grace period`() async throws {
    try await JobsUnderTest().serve { jobs in
      let failed = try await jobs.waitForEnd(try await submit("exit 7", jobs).id)
      #expect(failed.reason == .failed && failed.exitCode == 7)
      let job = try await submit(
        "trap 'sleep 0.5; echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done",
        graceMs: 20_000, jobs)
      _ = try await jobs.words(of: job)
      _ = try await jobs.cancel(job.id)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      #expect(try await jobs.text(ended) == "ready\nsaved\n")
    }
  }

  @Test func `its preparation, which has no fence, is told to stop as well`() async throws {
    let home = try JobsUnderTest()
    let login = home.home.folder.path("login")
    try home.home.folder.write(
      "module() { trap 'echo >$HOME/told; exit 1' TERM; echo >$HOME/ready; while :; do sleep 0.05; done; }",
      to: "login/.bash_profile")
    try await home.serve { jobs in
      var spec = JobSpec(
        name: "apart", command: ["true"], environment: [EnvironmentVariable("HOME", login)],
        resources: JobResources(gracePeriodMs: 20_000))
      spec.isolation = JobIsolation(network: true)
      spec.software = JobSoftware(modules: ["slow"])
      let job = try await jobs.submit(spec)
      _ = try await eventually { FileTree.exists(login + "/ready") ? true : nil }
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      #expect(FileTree.exists(login + "/told"))
    }
  }

  @Test func `one that does not stop is killed with all that it started`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await submit(
        "trap '' TERM; (setsid sleep 600 &) ; echo ready; while :; do sleep 0.05; done",
        graceMs: 200, jobs)
      _ = try await jobs.words(of: job)
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      let marker = try await jobs.ledger.read {
        try JobAttemptRecord.fetch(AttemptKey(job: job.id, number: 1), in: $0)?.marker
      }
      #expect(ProcessTable.marked(Survivors.markerVariable, try #require(marker)).isEmpty)
    }
  }

  @Test func `it works in its copy of the code, and sees no other's`() async throws {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("print", to: "sources/src/main.py")
    try await home.serve { jobs in
      var spec = JobSpec(
        name: "apart",
        command: ["sh", "-c", "pwd; ls; echo 1 > note; ls \(home.configuration.folder)"])
      spec.isolation = JobIsolation(network: true)
      spec.code = try await jobs.keepCode(
        folder.path("sources"), startingIn: folder.path("sources/src"))
      let job = try await jobs.submit(spec)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      let place = ended.attemptFolder.code + "/src"
      #expect(try await jobs.text(ended) == "\(place)\nmain.py\n\(job.id)\n")
      #expect(FileTree.exists(place + "/note"))
    }
  }

  @Test func `packages and containers are refused, as their code would run outside`()
    async throws
  {
    let check = JobValidation(capacity: SiteCapacity(cpus: [0], memoryBytes: 1 << 30))
    var spec = JobSpec(name: "apart", command: ["true"])
    spec.isolation = JobIsolation(network: true)
    for software in [
      JobSoftware(requirements: String(repeating: "0", count: 64)),
      JobSoftware(container: "/image.sif"),
    ] {
      spec.software = software
      let error = #expect(throws: JobError.self) { try check.check(spec) }
      #expect(error?.code == .softwareInvalid)
    }
    spec.software = JobSoftware(modules: ["python/3.12"])
    try check.check(spec)
  }

  @Test func `the factory's folders are no place to start in`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let job = try await submit("true", directory: home.configuration.folder, jobs)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .launchFailed)
      #expect(ended.message?.contains("must not see") == true, "\(ended.message ?? "")")
    }
  }

  @Test func `its memory is limited as that of others`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await submit(
        "python3 -c 'x = bytearray(400 << 20); import time; time.sleep(60)'",
        memoryBytes: 100 << 20, jobs)
      #expect(try await jobs.waitForEnd(job.id).reason == .memoryLimit)
    }
  }
}
