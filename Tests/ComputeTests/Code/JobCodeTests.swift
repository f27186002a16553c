import Basics
import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Jobs that start in a copy of code, run by the real agent.
@Suite(.timeLimit(.minutes(2))) struct JobCodeTests {
  /// A job that starts in a copy of a folder.
  private static func submit(
    _ script: String, in folder: String, start: String? = nil, taskCount: Int = 1, to jobs: Jobs,
    resources: JobResources = JobResources()
  ) async throws -> Job {
    var spec = JobSpec(
      name: "test", command: ["/bin/sh", "-c", script], taskCount: taskCount,
      resources: resources)
    spec.code = try await jobs.keepCode(folder, startingIn: start)
    return try await jobs.submit(spec)
  }

  @Test func `a command starts where it was in the folder, and tasks share one copy`() async throws
  {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("x", to: "sources/src/main.py")
    try await home.serve { jobs in
      let job = try await Self.submit(
        "pwd; ls; echo $AIFACTORY_TASK >>tasks", in: folder.path("sources") + "/",
        start: folder.path("sources/src"), taskCount: 3, to: jobs,
        resources: JobResources(cpus: 1))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded)
      let place = ended.attemptFolder.code + "/src"
      let lines = try await jobs.text(ended).split(separator: "\n").map(String.init)
      #expect(lines == [place, "main.py", place, "main.py", "tasks", place, "main.py", "tasks"])
      let tasks = String(decoding: try FileTree.read(place + "/tasks"), as: UTF8.self)
      #expect(tasks == "0\n1\n2\n")
      // The environment may hold secrets.
      #expect(!FileTree.exists(ended.attemptFolder.preparedEnvironment))
    }
  }

  @Test func `variables of any kind pass through the preparation`() async throws {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("x", to: "sources/a")
    try await home.serve { jobs in
      var spec = JobSpec(
        name: "test",
        command: ["/bin/sh", "-c", #"printf '%s|' "$LINES_" "$EMPTY" "$AIFACTORY_TASK""#],
        environment: [
          EnvironmentVariable("LINES_", "one\ntwo=three 'x' $HOME"),
          EnvironmentVariable("EMPTY", ""),
        ])
      spec.code = try await jobs.keepCode(folder.path("sources"))
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      #expect(try await jobs.text(ended) == "one\ntwo=three 'x' $HOME||0|")
    }
  }

  @Test func `code that cannot be unpacked is a launch that failed`() async throws {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("x", to: "sources/a")
    try await home.serve { jobs in
      let code = try await jobs.keepCode(folder.path("sources"))
      try folder.write("no archive", to: "code/\(code.snapshot).tar")
      let job = try await Self.submit("echo started", in: folder.path("sources"), to: jobs)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .launchFailed)
      #expect(try #require(ended.message).hasPrefix("the code of the job could not be unpacked"))
      #expect(try await jobs.text(ended) == "")
      #expect(try await jobs.text(ended, .stderr).contains("tar"))
    }
  }

  @Test(arguments: [false, true])
  func `a preparation obeys cancellation and time limit`(isLimited: Bool) async throws {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("x", to: "sources/a")
    try await home.serve { jobs in
      let code = try await jobs.keepCode(folder.path("sources"))
      // Nobody writes into this: `tar` waits.
      try FileTree.createFolder(folder.path("code"))
      #expect(mkfifo(folder.path("code/\(code.snapshot).tar"), 0o600) == 0)
      let job = try await Self.submit(
        "echo started", in: folder.path("sources"), to: jobs,
        resources: JobResources(timeLimitMs: isLimited ? 300 : nil, gracePeriodMs: 100))
      if !isLimited {
        _ = try await jobs.reaches(.running, job.id)
        _ = try await jobs.cancel(job.id)
      }
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == (isLimited ? .timeLimit : .canceledByUser))
      #expect(try await jobs.text(ended) == "")
    }
  }

  @Test func `a snapshot is named by the job's row, so that its objects stay`() async throws {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    try folder.write("x", to: "sources/a")
    let jobs = home.instance()
    let job = try await Self.submit("true", in: folder.path("sources"), to: jobs)
    let named = try await home.home.ledger.read { try DigestScan.digests(in: $0) }
    let kept = try folder.objects.reachable(from: named)
    #expect(try kept == Set(folder.objects.all()))
    #expect(kept.count == 2)
    #expect(job.spec.code?.start == "")
  }
}
