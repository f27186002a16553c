import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What every site owes to jobs that are started again by themselves.
@Suite(.timeLimit(.minutes(3))) struct SiteRestartTests {
  /// Counts up, once for each start, and saves the count when it is told to stop.
  private static let counts = """
    cd "$AIFACTORY_CHECKPOINT_DIR" || exit 9
    count=$(cat saved 2>/dev/null || echo 0)
    echo "attempt $AIFACTORY_ATTEMPT from $count"
    [ $count = 2 ] && exit 0
    trap 'echo $((count + 1)) > saved; exit 0' TERM
    while :; do sleep 0.05; done
    """

  private static let short = JobResources(timeLimitMs: 700, gracePeriodMs: 5_000)

  @Test(arguments: SiteUnderTest.possible)
  func `a job that comes to its time limit goes on from its checkpoints`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        Self.counts, on: site, resources: Self.short,
        restart: JobRestart(on: [.timeout], atMost: 5))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.attempt == 3)
      #expect(ended.restarts == 2)
      #expect(ended.restartReason == .timeLimit)
      #expect(try await jobs.text(ended) == "attempt 3 from 2\n")
      let saved = await jobs.there(ended.checkpointFolder, ended) + "/saved"
      #expect(try FileTree.read(saved) == Array("2\n".utf8))
      #expect(
        try await jobs.explain(job.id).sentences.contains(
          "It was started again 2 times of at most 5, last after time_limit."))
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `after as many restarts as are allowed the end is the last attempt's`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "while :; do sleep 0.05; done", on: site,
        resources: JobResources(timeLimitMs: 300, gracePeriodMs: 200),
        restart: JobRestart(on: [.timeout], atMost: 1))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .timeLimit)
      #expect(ended.attempt == 2)
      #expect(ended.restarts == 1)
      // A person's retry starts the count anew.
      #expect(try await jobs.retry(job.id).restarts == 0)
      let again = try await jobs.waitForEnd(job.id)
      #expect(again.attempt == 4)
      #expect(again.restarts == 1)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an end that was not named is an end`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let everything = JobRestart(on: JobRestart.Cause.allCases)
      let late = try await jobs.shell(
        "while :; do sleep 0.05; done", on: site,
        resources: JobResources(timeLimitMs: 300, gracePeriodMs: 200),
        restart: JobRestart(on: [.preemption, .nodeFailure]))
      let failing = try await jobs.shell("exit 3", on: site, restart: everything)
      let canceled = try await jobs.shell(
        "echo ready; while :; do sleep 0.05; done", on: site, restart: everything)
      _ = try await jobs.words(of: canceled)
      _ = try await jobs.cancel(canceled.id)
      for (id, reason) in [
        (late.id, JobReason.timeLimit), (failing.id, .failed), (canceled.id, .canceledByUser),
      ] {
        let ended = try await jobs.waitForEnd(id)
        #expect(ended.reason == reason)
        #expect(ended.attempt == 1)
        #expect(ended.restarts == 0)
      }
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a job whose agent was lost runs again`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "echo $PPID; [ $AIFACTORY_ATTEMPT = 2 ] && exit 0; while :; do sleep 0.05; done", on: site,
        restart: JobRestart(on: [.nodeFailure]))
      let agent = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      #expect(kill(agent, SIGKILL) == 0)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.restartReason == .lostAgent)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `the next server restarts what came to its limit while there was none`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let (job, checkpoints) = try await home.serve { jobs in
      let job = try await jobs.shell(
        Self.counts, on: site, resources: Self.short, restart: JobRestart(on: [.timeout]))
      _ = try await jobs.words(of: job)
      return (job, await jobs.there(job.checkpointFolder, job))
    }
    _ = try await eventually { FileTree.exists(checkpoints + "/saved") ? true : nil }
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded)
      #expect(ended.restarts == 2)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an attempt that was taken for lost gives way to the next one`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "trap '' TERM; echo $$; while :; do sleep 0.05; done", on: site)
      let pid = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      // As the server makes it when the engine calls the node lost.
      try FileTree.createFolder(await jobs.there(job.folder, job) + "/2")
      _ = try await jobs.waitForEnd(job.id)
      #expect(!isAlive(pid))
      let ended = try await jobs.job(job.id)
      #expect(try #require(ended.message).contains("newer attempt"))
    }
  }
}

/// What is worth a restart.
struct JobRestartTests {
  @Test(arguments: JobReason.allCases)
  func `only ends from outside and limits of time are worth another attempt`(reason: JobReason) {
    let restart = JobRestart(on: JobRestart.Cause.allCases, atMost: 2)
    let isWorthIt: Set<JobReason> = [.timeLimit, .preempted, .lostNode, .lostAgent]
    #expect(restart.allows(reason, after: 1) == isWorthIt.contains(reason))
    #expect(!restart.allows(reason, after: 2))
  }

  @Test func `restarts that cannot be are refused`() {
    let check = JobValidation(capacity: SiteCapacity(cpus: [0], memoryBytes: 1 << 30))
    for restart in [
      JobRestart(on: []), JobRestart(on: [.timeout], atMost: 0),
      JobRestart(on: [.timeout], atMost: 1_001),
    ] {
      #expect(throws: JobError.self) {
        try check.check(JobSpec(name: "n", command: ["true"], restart: restart))
      }
    }
    #expect(throws: JobError.self) {
      try check.check(
        JobSpec(
          name: "n", kind: .service, command: ["true"], restart: JobRestart(on: [.timeout])))
    }
  }
}
