import Basics
import Glibc
import JobProtocol
import Synchronization
import TestSupport
import Testing

@testable import Compute

/// What every site owes to jobs whose machines fail them.
@Suite(.timeLimit(.minutes(3))) struct SiteFaultTests {
  @Test(arguments: SiteUnderTest.possible)
  func `a journal whose last record was cut off tells what came before it, once`(
    site: SiteUnderTest
  ) async throws {
    let sink = CountingSink()
    let home = try await site.home(sinks: ["count": sink])
    let script = """
      [ $AIFACTORY_ATTEMPT = 2 ] && exit 0
      for i in 1 2 3; do echo "{\\"progress\\":{\\"phase\\":\\"$i\\",\\"message\\":\\"\\"}}" >&3; done
      echo $PPID; while :; do sleep 0.05; done
      """
    let (job, journal) = try await home.serve { jobs in
      let job = try await jobs.shell(
        script, on: site, purpose: "count", restart: JobRestart(on: [.nodeFailure]))
      let agent = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      _ = try await eventually { sink.phases.withLock { $0.count } == 3 ? true : nil }
      let folder = try await jobs.job(job.id).attemptFolder
      #expect(kill(agent, SIGKILL) == 0)
      return (job, await jobs.there(folder.journal, job))
    }
    // The head of a record of 40 bytes, and the first two of them.
    let file = open(journal, O_WRONLY | O_APPEND)
    try #require(file >= 0)
    #expect(write(file, [40, 0, 0, 0, 1, 2, 3, 4, 5, 6], 10) == 10)
    close(file)
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.attempt == 2)
      #expect(ended.restartReason == .lostAgent)
    }
    #expect(sink.phases.withLock { $0 } == ["1", "2", "3"])
  }

  /// The agents' clock is this machine's: it is the server's that is wrong here.
  @Test(arguments: SiteUnderTest.possible, [Int64(-60_000), 60_000])
  func `clocks that are a minute apart change neither order, nor limits, nor ends`(
    site: SiteUnderTest, skewMs: Int64
  ) async throws {
    try await site.home(now: { systemTimeMs() + skewMs }).serve { jobs in
      let good = try await jobs.shell("sleep 0.3", on: site)
      let late = try await jobs.shell(
        "trap 'exit 0' TERM; while :; do sleep 0.05; done", on: site,
        resources: JobResources(timeLimitMs: 700, gracePeriodMs: 2_000),
        restart: JobRestart(on: [.timeout], atMost: 1))
      for (job, reason, attempts) in [(good, JobReason.succeeded, 1), (late, .timeLimit, 2)] {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == reason, "\(String(describing: ended.message))")
        #expect(ended.attempt == attempts)
        let (created, started, over) = (
          ended.createdAtMs, try #require(ended.startedAtMs), try #require(ended.endedAtMs)
        )
        #expect(created <= started && started <= over)
        #expect(abs(over - (systemTimeMs() + skewMs)) < 30_000, "by the server's clock")
      }
    }
  }
}
