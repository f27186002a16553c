import Basics
import JobProtocol
import Synchronization
import TestSupport
import Testing

@testable import Compute

/// What every site owes to jobs that are submitted together.
@Suite(.timeLimit(.minutes(3))) struct SiteArrayTests {
  private func spec(_ script: String, on site: SiteUnderTest) -> JobSpec {
    JobSpec(
      name: "many", command: ["/bin/sh", "-c", script], site: site == .local ? nil : site.rawValue)
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an array runs its command once for each index`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let array = try await jobs.submitArray(
        spec(
          "echo $AIFACTORY_ARRAY_INDEX of $AIFACTORY_ARRAY_SIZE; [ $AIFACTORY_ARRAY_INDEX != 3 ]",
          on: site), count: 7)
      #expect(array.count == 7)
      let list = try await jobs.list(array: array.id)
      for (index, job) in list.enumerated() {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.exitCode == (index == 3 ? 1 : 0))
        #expect(try await jobs.text(ended) == "\(index) of 7\n")
        #expect(ended.attempt == 1)
      }
      let ended = try await jobs.array(array.id)
      #expect(ended.reasons == [.succeeded: 6, .failed: 1])
      #expect(ended.hasEnded && !ended.hasSucceeded)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an array may have commands of their own`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let jobsOfArray = (0..<4).map { index in
        (id: Identifier<Job>.random(), spec: spec("echo word \(index * index)", on: site))
      }
      let id = Identifier<JobArray>.random()
      let told = Mutex(0)
      for turn in 1...2 {
        let accepted = try await jobs.submitArray(
          jobsOfArray, atMost: nil, id: id, in: "default"
        ) { _, _ in told.withLock { $0 += 1 } }
        #expect(accepted.map(\.id) == jobsOfArray.map { $0.id })
        #expect(told.withLock(\.self) == 4 * turn)
      }
      for (index, job) in jobsOfArray.enumerated() {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded)
        #expect(try await jobs.text(ended) == "word \(index * index)\n")
        #expect(ended.spec.array?.index == index)
      }
      #expect(try await jobs.array(id).reasons == [.succeeded: 4], "twice is once")
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an array is canceled as a whole, what waits and what runs`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let array = try await jobs.submitArray(
        spec("echo ready; while :; do sleep 0.05; done", on: site), count: 30)
      let list = try await jobs.list(array: array.id)
      _ = try await eventually {
        try await jobs.array(array.id).states[.running] ?? 0 > 0 ? true : nil
      }
      _ = try await jobs.cancelArray(array.id)
      for job in list {
        #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      }
      #expect(try await jobs.array(array.id).reasons == [.canceledByUser: 30])
      #expect(try await jobs.cancelArray(array.id).hasEnded)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `one job of an array is retried alone`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let array = try await jobs.submitArray(
        spec("[ $AIFACTORY_ATTEMPT = 2 ] || [ $AIFACTORY_ARRAY_INDEX = 0 ]", on: site), count: 2)
      let list = try await jobs.list(array: array.id)
      for job in list { _ = try await jobs.waitForEnd(job.id) }
      #expect(try await jobs.array(array.id).reasons == [.succeeded: 1, .failed: 1])
      _ = try await jobs.retry(list[1].id)
      #expect(try await jobs.waitForEnd(list[1].id).reason == .succeeded)
      #expect(try await jobs.array(array.id).hasSucceeded)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `of a limited array as many jobs run at once as may`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let array = try await jobs.submitArray(
        spec("echo began; while ! [ -e ../../go ]; do sleep 0.05; done", on: site), count: 4,
        atMost: 1)
      let list = try await jobs.list(array: array.id)
      let running = try await eventually {
        try await jobs.list(array: array.id).first { $0.state == .running }
      }
      // There is room for another: it runs while those of the array wait.
      let other = try await jobs.shell("true", on: site)
      #expect(try await jobs.waitForEnd(other.id).reason == .succeeded)
      #expect(try await jobs.array(array.id).states == [.running: 1, .queued: 3])
      let waiting = try #require(list.first { $0.id != running.id })
      let why = try await jobs.explain(waiting.id)
      if site == .local {
        #expect(why.sentences == ["The job waits for its array, whose jobs run one at a time."])
        #expect(why.holders == [running.id])
      }
      let go = await jobs.there(FileTree.folder(of: running.folder) + "/go", running)
      try FileTree.write([], to: go)
      for job in list { #expect(try await jobs.waitForEnd(job.id).reason == .succeeded) }
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `jobs follow an array, and an array jobs, on whatever sites they run`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let first = try await jobs.submitArray(spec("true", on: site), count: 3)
      func follow(_ script: String, _ other: String, on site: SiteUnderTest) -> JobSpec {
        var follower = spec(script, on: site)
        follower.after = [other]
        return follower
      }
      let here = try await jobs.submit(
        follow("while ! [ -e ../../go ]; do sleep 0.05; done", first.id.rawValue, on: .local))
      let there = try await jobs.submitArray(
        follow("[ $AIFACTORY_ARRAY_INDEX = 0 ]", here.id.rawValue, on: site), count: 2)
      let never = try await jobs.submit(follow("true", there.id.rawValue, on: site))
      #expect(try await jobs.reaches(.running, here.id).site == "local")
      #expect(try await jobs.array(first.id).hasSucceeded)
      for job in try await jobs.list(array: there.id) {
        #expect(job.isHeld && job.engineId == nil, "it is not given to the site before")
      }
      try FileTree.write([], to: FileTree.folder(of: here.folder) + "/go")
      #expect(try await jobs.waitForEnd(never.id).reason == .dependencyFailed)
      #expect(try await jobs.job(here.id).hasSucceeded)
      for job in try await jobs.list(array: there.id) { _ = try await jobs.waitForEnd(job.id) }
      #expect(try await jobs.array(there.id).reasons == [.succeeded: 1, .failed: 1])
      #expect(try await jobs.job(never.id).attempt == 0)
    }
  }

  @Test func `the same array again is the one that is there`() async throws {
    let jobs = try JobsUnderTest().instance()
    let id = Identifier<JobArray>.random()
    let spec = spec("true", on: .local)
    _ = try await jobs.submitArray(spec, count: 3, id: id)
    #expect(try await jobs.submitArray(spec, count: 3, id: id).count == 3)
    #expect(Set(try await jobs.list(array: id).map(\.id)).count == 3)
  }

  @Test func `an array of which nothing may run is refused`() async throws {
    let jobs = try JobsUnderTest().instance()
    await #expect(throws: JobError.self) {
      try await jobs.submitArray(spec("true", on: .local), count: 2, atMost: 0)
    }
  }

  @Test(arguments: [0, -1, 10_001]) func `an array of no size, or of too many, is refused`(
    count: Int
  ) async throws {
    let jobs = try JobsUnderTest().instance()
    await #expect(throws: JobError.self) {
      try await jobs.submitArray(spec("true", on: .local), count: count)
    }
  }
}
