import Basics
import JobProtocol
import Synchronization
import TestSupport
import Testing

@testable import Compute

/// How long jobs ran, however late the server reads of it.
@Suite(.timeLimit(.minutes(2))) struct JobTimesTests {
  @Test func `who reads late of an end goes by how long the node says it ran`() {
    func times(_ ranMs: Int64?, begun: Bool = false) -> [Int64?] {
      let times = JobStore.times(
        startedAtMs: begun ? 100_000 : 20_000, hasJustBegun: begun, createdAtMs: 10_000,
        ranMs: ranMs, nowMs: 100_000)
      return [times.startedAtMs, times.endedAtMs]
    }
    #expect(times(30_000) == [20_000, 50_000])
    #expect(times(79_000) == [20_000, 100_000])
    // A node's clock was set meanwhile.
    #expect(times(990_000) == [20_000, 100_000])
    #expect(times(30_000, begun: true) == [70_000, 100_000])
    #expect(times(990_000, begun: true) == [10_000, 100_000])
    #expect(times(nil) == [20_000, 100_000])
  }

  @Test func `a job that ended while no server looked ran as long as it did`() async throws {
    final class Hours: Sendable {
      let passed = Mutex<Int64>(0)
    }
    let hours = Hours()
    let home = try JobsUnderTest(now: {
      systemTimeMs() + hours.passed.withLock { $0 } * 3_600_000
    })
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("while ! [ -e go ]; do sleep 0.05; done")
      _ = try await jobs.reaches(.running, job.id)
      return try await jobs.job(job.id)
    }
    hours.passed.withLock { $0 = 5 }
    try FileTree.write([], to: job.workFolder + "/go")
    let ended = try await home.serve { jobs in try await jobs.waitForEnd(job.id) }
    let ranMs = try #require(ended.endedAtMs) - (try #require(ended.startedAtMs))
    #expect((0..<1_800_000).contains(ranMs), "\(ranMs) ms")
  }
}
