import Basics
import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Which attempts have a place in which allocation.
struct AllocationRoomTests {
  private static func attempt(
    _ packing: JobPacking, id: String? = nil, seen state: String? = nil
  ) throws -> SlurmAttempt {
    var spec = JobSpec(name: "n", command: ["true"], site: "slurm")
    spec.packing = packing
    let job = Identifier<Job>.random()
    let record = try JobRecord(submitted: spec, id: job, project: "default", atMs: 0)
    let attempt = JobAttemptRecord(
      AttemptKey(job: job, number: 1), site: "slurm", marker: "m", bootId: "b",
      place: Packing.Holding(job: job, cpus: [], memoryBytes: 0, gpus: []), atMs: 0)
    var result = SlurmAttempt(
      OpenAttempt(try record.job(folder: "/jobs"), attempt),
      handover: id == nil ? .due(mayBeThere: false) : .done)
    result.id = id
    if let state, let id {
      result.seen = SlurmJob(id: id, name: "n", state: SlurmState(state), nodes: "n1")
    }
    return result
  }

  @Test func `allocations that run have the places that nobody has`() throws {
    var followed = try [
      Self.attempt(JobPacking(pack: "a", places: 3), id: "7", seen: "RUNNING"),
      Self.attempt(JobPacking(pack: "a", places: 3), id: "8", seen: "PENDING"),
      Self.attempt(JobPacking(pack: "b", places: 2), id: "9", seen: "RUNNING"),
      Self.attempt(JobPacking(pack: "a", places: 3), id: "10", seen: "COMPLETING"),
      Self.attempt(JobPacking(pack: "a", places: 3), id: "11", seen: "TIMEOUT"),
      Self.attempt(JobPacking(pack: "a"), id: "7", seen: "RUNNING"),
      Self.attempt(JobPacking(pack: "a"), id: "7"),
      Self.attempt(JobPacking(pack: "a")),
    ]
    #expect(
      SlurmSite.room(followed) == [
        SlurmSite.AllocationRoom(id: "7", pack: "a", free: 1),
        SlurmSite.AllocationRoom(id: "9", pack: "b", free: 2),
      ])
    followed[0].stop = .asked
    #expect(SlurmSite.room(followed).map(\.id) == ["9"], "one that is to end takes none")
  }

  @Test func `whatever ends an allocation, what ran inside may run again`() {
    for reason in [JobReason.timeLimit, .canceledByUser, .lostAgent, .memoryLimit] {
      let ending = SlurmSite.endedWithAllocation(JobStore.Ending(reason: reason, message: "words"))
      #expect(ending.reason == .preempted)
      #expect(ending.message == "its allocation ended: words")
    }
    #expect(
      SlurmSite.endedWithAllocation(JobStore.Ending(reason: .lostNode)).reason == .lostNode)
  }
}

/// Jobs inside of allocations of a real cluster.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmPackingTests {
  private func allocation(places: Int, on site: SiteUnderTest = .slurm, timeMs: Int64? = nil)
    -> JobSpec
  {
    var spec = JobSpec(
      name: "allocation", command: JobPacking.command(places: places),
      resources: JobResources(cpus: places, timeLimitMs: timeMs, gracePeriodMs: 3_000),
      site: site.rawValue, purpose: "allocation")
    spec.packing = JobPacking(pack: "p", places: places)
    return spec
  }

  private func packed(_ script: String, on site: SiteUnderTest = .slurm) -> JobSpec {
    var spec = JobSpec(
      name: "inside", command: ["/bin/sh", "-c", script],
      resources: JobResources(gracePeriodMs: 500), site: site.rawValue)
    spec.packing = JobPacking(pack: "p")
    return spec
  }

  @Test(arguments: SiteUnderTest.possible.filter { $0 != .local })
  func `jobs run inside of one allocation, as many at a time as it has places`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    try await home.serve { jobs in
      var ids: [Identifier<Job>] = []
      for number in 0..<5 {
        ids.append(
          try await jobs.submit(
            packed("echo $SLURM_JOB_ID $AIFACTORY_JOB; sleep 0.3; exit \(number % 2)", on: site)
          ).id)
      }
      _ = try await eventually {
        let words = try await jobs.explain(ids[4]).sentences.first
        return words?.hasPrefix("It waits for a place in one of the allocations of p") == true
          ? true : nil
      }
      let host = try await jobs.submit(allocation(places: 2, on: site))
      var slurmIds: Set<Substring> = []
      for (number, id) in ids.enumerated() {
        let ended = try await jobs.waitForEnd(id)
        #expect(ended.reason == (number % 2 == 0 ? .succeeded : .failed), "\(ended)")
        #expect(ended.exitCode == Int32(number % 2))
        let words = try await jobs.text(ended).split(whereSeparator: \.isWhitespace)
        #expect(words.count == 2 && words[1] == id.rawValue)
        slurmIds.insert(words[0])
      }
      let running = try await jobs.job(host.id)
      #expect(running.state == .running, "\(String(describing: running.message))")
      #expect(slurmIds.map(String.init) == [running.engineId], "Slurm saw one job")
      _ = try await jobs.cancel(host.id)
      #expect(try await jobs.waitForEnd(host.id).reason == .canceledByUser)
    }
  }

  @Test func `one that is canceled ends alone, whether it runs or waits`() async throws {
    let home = try await SiteUnderTest.slurm.home()
    try await home.serve { jobs in
      let host = try await jobs.submit(allocation(places: 1))
      let first = try await jobs.submit(packed("echo on; while :; do sleep 0.1; done"))
      _ = try await jobs.words(of: first)
      let second = try await jobs.submit(packed("echo two"))
      let third = try await jobs.submit(packed("echo three"))
      _ = try await jobs.cancel(third.id)
      #expect(try await jobs.waitForEnd(third.id).reason == .canceledByUser)
      _ = try await jobs.cancel(first.id)
      #expect(try await jobs.waitForEnd(first.id).reason == .canceledByUser)
      #expect(try await jobs.waitForEnd(second.id).reason == .succeeded)
      #expect(try await jobs.text(second) == "two\n")
      #expect(try await jobs.text(third) == "")
      _ = try await jobs.cancel(host.id)
      _ = try await jobs.waitForEnd(host.id)
    }
  }

  @Test func `an agent that is killed inside of an allocation costs its own attempt alone`()
    async throws
  {
    let home = try await SiteUnderTest.slurm.home()
    try await home.serve { jobs in
      let host = try await jobs.submit(allocation(places: 2))
      let script = "echo $PPID $$; while ! [ -e go ]; do sleep 0.05; done"
      let (first, second) = (
        try await jobs.submit(packed(script)), try await jobs.submit(packed(script))
      )
      let pids = try await jobs.words(of: first).compactMap { Int32($0) }
      _ = try await jobs.words(of: second)
      #expect(kill(pids[0], SIGKILL) == 0)
      let lost = try await jobs.waitForEnd(first.id)
      #expect(lost.reason == .preempted && lost.wasKilledFromOutside)
      #expect(lost.message?.contains("died without a word, by signal 9") == true, "\(lost)")
      #expect(!isAlive(pids[1]), "what it left is gone")
      // Its place is free again.
      _ = try await jobs.retry(first.id)
      for job in [first, second] {
        try FileTree.write([], to: job.workFolder + "/go")
        #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      }
      #expect(try await jobs.job(second.id).attempt == 1)
      _ = try await jobs.cancel(host.id)
      _ = try await jobs.waitForEnd(host.id)
    }
  }

  @Test func `the end of an allocation stops what runs inside, which another one takes`()
    async throws
  {
    let home = try await SiteUnderTest.slurm.home()
    try await home.serve { jobs in
      let host = try await jobs.submit(allocation(places: 1, timeMs: 2_000))
      let job = try await jobs.submit(
        packed("echo $SLURM_JOB_ID; while ! [ -e go ]; do sleep 0.05; done"))
      let ended = try await jobs.waitForEnd(host.id)
      #expect(ended.reason == .timeLimit)
      let stopped = try await jobs.waitForEnd(job.id)
      #expect(stopped.reason == .preempted, "\(stopped)")
      _ = try await jobs.retry(job.id)
      try FileTree.write([], to: job.workFolder + "/go")
      _ = try await jobs.retry(host.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(try await jobs.job(job.id).engineId != ended.engineId)
      _ = try await jobs.cancel(host.id)
      _ = try await jobs.waitForEnd(host.id)
    }
  }

  @Test func `a server that is gone finds what runs inside again, and orders on`() async throws {
    let home = try await SiteUnderTest.slurm.home()
    let script = "echo ran >> log; while ! [ -e go ]; do sleep 0.05; done"
    let (host, first, second) = try await home.serve { jobs in
      let host = try await jobs.submit(allocation(places: 1))
      let first = try await jobs.submit(packed(script))
      _ = try await jobs.reaches(.running, first.id)
      return (host, first, try await jobs.submit(packed(script)))
    }
    try FileTree.write([], to: first.workFolder + "/go")
    try await home.serve { jobs in
      #expect(try await jobs.waitForEnd(first.id).reason == .succeeded)
      _ = try await jobs.reaches(.running, second.id)
      try FileTree.write([], to: second.workFolder + "/go")
      let ended = try await jobs.waitForEnd(second.id)
      #expect(ended.reason == .succeeded && ended.attempt == 1)
      for job in [first, second] {
        #expect(try FileTree.read(job.workFolder + "/log") == Array("ran\n".utf8), "once")
      }
      _ = try await jobs.cancel(host.id)
      _ = try await jobs.waitForEnd(host.id)
    }
  }
}
