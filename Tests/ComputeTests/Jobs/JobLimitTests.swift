import Compute
import Glibc
import JobProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct JobLimitTests {
  /// Starts processes that try to get away: in a session of their own, forked twice, deaf to TERM;
  /// prints the pids of the shell and of both.
  static let escape = """
    trap '' TERM
    setsid sh -c 'trap "" TERM; echo $$ > one; while :; do sleep 100; done' &
    (setsid sh -c 'trap "" TERM HUP; echo $$ > two; while :; do sleep 100; done' &) &
    while ! [ -s one -a -s two ]; do :; done
    echo $$ $(cat one two)
    """

  private func pids(_ jobs: Jobs, _ job: Job) async throws -> [Int32] {
    let pids = try await jobs.words(of: job).compactMap { Int32($0) }
    try #require(pids.count == 3)
    return pids
  }

  @Test func `nothing survives a job that ends, not even in sessions of its own`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell(Self.escape)
      let pids = try await pids(jobs, job)
      #expect(try await jobs.waitForEnd(job.id).hasSucceeded)
      #expect(pids.allSatisfy { !isAlive($0) })
    }
  }

  @Test func `nothing survives a canceled job`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell(
        Self.escape + "\nwhile :; do sleep 100; done", resources: JobResources(gracePeriodMs: 50))
      let pids = try await pids(jobs, job)
      #expect(pids.allSatisfy { isAlive($0) })
      #expect(try await jobs.cancel(job.id).state == .stopping)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      #expect(pids.allSatisfy { !isAlive($0) })
    }
  }

  @Test func `a canceled job may clean up within its grace period`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell(
        "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done")
      _ = try await jobs.words(of: job)
      _ = try await jobs.cancel(job.id)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      #expect(try await jobs.text(job) == "ready\nbye\n")
    }
  }

  @Test func `a queued job that is canceled never runs`() async throws {
    try await JobsUnderTest(cpus: 1).serve { jobs in
      let first = try await jobs.shell("sleep 100")
      let second = try await jobs.shell("true")
      #expect(try await jobs.cancel(second.id).reason == .canceledByUser)
      #expect(try await jobs.waitForEnd(second.id).attempt == 0)
      _ = try await jobs.cancel(first.id)
      _ = try await jobs.waitForEnd(first.id)
    }
  }

  @Test func `a job that is deaf to TERM is killed at its time limit`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell(
        "trap '' TERM; while :; do sleep 0.01; done",
        resources: JobResources(timeLimitMs: 150, gracePeriodMs: 100))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .timeLimit)
      let took = try #require(ended.endedAtMs) - #require(ended.startedAtMs)
      #expect(took >= 250, "it has its time and its grace period")
    }
  }

  @Test(arguments: ["", "sampled"])
  func `a fast allocator is killed at its memory limit`(method: String) async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.run(
        ["sh", "-c", "head -c 4000000000 /dev/zero | tail; echo survived"],
        environment: [EnvironmentVariable("AIFACTORY_MEMORY", method)],
        resources: JobResources(memoryBytes: 200 << 20, gracePeriodMs: 0))
      #expect(job.reason == .memoryLimit)
      #expect(job.usage.maxRssBytes < 1 << 30)
      let text = try await jobs.text(job)
      #expect(text.isEmpty || job.usage.memoryMethod != "sampled")
      if method == "sampled" { #expect(job.usage.memoryMethod == "sampled") }
    }
  }

  @Test func `a job within its memory limit is left alone`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.run(
        ["sh", "-c", "head -c 20000000 /dev/zero | tail | wc -c"],
        resources: JobResources(memoryBytes: 400 << 20))
      #expect(job.hasSucceeded)
      #expect(try await jobs.text(job) == "20000000\n")
    }
  }
}
