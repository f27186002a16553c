import Basics
import GRDB
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Jobs that follow others.
@Suite(.timeLimit(.minutes(2))) struct JobDependencyTests {
  /// A command that goes on once the file `go` lies among the jobs.
  private static let waits = "while ! [ -e ../../go ]; do sleep 0.01; done"

  private func go(_ home: JobsUnderTest) throws { try home.home.folder.write("", to: "jobs/go") }

  private func spec(
    _ script: String, after: [String] = [], kind: JobSpec.Kind = .batch
  ) -> JobSpec {
    var spec = JobSpec(name: "test", kind: kind, command: ["/bin/sh", "-c", script])
    spec.after = after
    return spec
  }

  private func refusal(
    _ jobs: Jobs, of spec: JobSpec, in project: String = "default"
  ) async throws -> JobError.Code? {
    let before = try await jobs.list().count
    let error = await #expect(throws: JobError.self) {
      _ = try await jobs.submit(spec, in: project)
    }
    #expect(try await jobs.list().count == before)
    return error?.code
  }

  @Test func `a chain runs one after another, and each says for what it waits`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let first = try await jobs.submit(spec("\(Self.waits); echo 1 >> ../../order"))
      let second = try await jobs.submit(
        spec("echo 2 >> ../../order", after: [first.id.rawValue]))
      let third = try await jobs.submit(
        spec("echo 3 >> ../../order", after: [second.id.rawValue]))
      #expect(second.isHeld && third.isHeld)
      _ = try await jobs.reaches(.running, first.id)
      let why = try await jobs.explain(second.id)
      #expect(
        why.sentences == ["The job waits for \(first.id) (test) to succeed, which runs."])
      #expect(why.holders == [first.id])
      #expect(
        try await jobs.explain(third.id).sentences == [
          "The job waits for \(second.id) (test) to succeed, which waits for others itself."
        ])
      try go(home)
      let ended = try await jobs.waitForEnd(third.id)
      #expect(ended.hasSucceeded)
      #expect(ended.spec.after == [second.id.rawValue])
      #expect(try home.home.folder.text("jobs/order") == "1\n2\n3\n")
    }
  }

  @Test func `a job that follows an array names it as what it waits for`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let array = try await jobs.submitArray(spec(Self.waits), count: 2)
      let last = try await jobs.submit(spec("true", after: [array.id.rawValue]))
      let why = try await jobs.explain(last.id)
      #expect(why.arrays == [array.id])
      #expect(why.holders.isEmpty)
      #expect(why.sentences.first?.contains("2 of 2 are left") == true, "\(why.sentences)")
    }
  }

  @Test func `as many followers as one transaction has no room for end, and are released`()
    async throws
  {
    let home = try JobsUnderTest()
    let count = 2 * JobStore.portion + 7
    try await home.serve { jobs in
      for script in ["\(Self.waits); exit 1", Self.waits] {
        let first = try await jobs.submit(spec(script))
        // None of them begins.
        let gate = try await jobs.submit(spec("while :; do sleep 0.1; done"))
        let others = [first.id.rawValue, gate.id.rawValue]
        let many = try await jobs.submitArray(spec("true", after: others), count: count)
        let last = try await jobs.submit(spec("true", after: [many.id.rawValue]))
        try go(home)
        let ended = try await jobs.waitForEnd(first.id)
        if ended.hasSucceeded {
          #expect(try await jobs.array(many.id).states == [.queued: count])
          _ = try await jobs.cancelArray(many.id)
          #expect(try await jobs.array(many.id).reasons == [.canceledByUser: count])
        } else {
          _ = try await eventually {
            try await jobs.array(many.id).reasons == [.dependencyFailed: count] ? true : nil
          }
        }
        #expect(try await jobs.waitForEnd(last.id).reason == .dependencyFailed)
        _ = try await jobs.cancel(gate.id)
      }
    }
  }

  @Test func `a server that was killed between two portions leaves none waiting`() async throws {
    let home = try JobsUnderTest()
    let now = home.configuration.now()
    let before = home.instance()
    let first = try await before.submit(spec("true"))
    let count = JobStore.portion + 3
    let many = try await before.submitArray(spec("true", after: [first.id.rawValue]), count: count)
    let canceled = try await home.home.ledger.write {
      try before.store.cancel(first.id, atMs: now, in: $0)
    }
    #expect(canceled.dependents.jobs.count == JobStore.portion)
    #expect(canceled.dependents.left == [first.id.rawValue])
    try await home.serve { jobs in
      _ = try await eventually {
        try await jobs.array(many.id).reasons == [.dependencyFailed: count] ? true : nil
      }
    }
  }

  @Test func `canceling an array keeps no other writer waiting for all of it`() async throws {
    let home = try JobsUnderTest()
    let jobs = home.instance()
    let count = 10 * JobStore.portion
    let array = try await jobs.submitArray(spec("true"), count: count)
    let more = try await jobs.submitArray(spec("true", after: [array.id.rawValue]), count: count)
    async let canceled = jobs.cancelArray(array.id)
    var seen: Set<Int> = []
    while true {
      let ended = try await home.home.ledger.write {
        try jobs.store.array(array.id, in: $0)?.states[.ended] ?? 0
      }
      seen.insert(ended)
      if ended == count { break }
    }
    #expect(try await canceled.hasEnded)
    #expect(seen.count > 2, "another writer had its turn in between: \(seen.sorted())")
    _ = more
  }

  @Test func `a job follows several, and an array as a whole`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let one = try await jobs.submit(spec("echo one >> ../../done"))
      let array = try await jobs.submitArray(
        spec("[ $AIFACTORY_ARRAY_INDEX = 0 ] || \(Self.waits); echo many >> ../../done"), count: 3)
      let names = [one.id.rawValue, array.id.rawValue, one.id.rawValue]
      let last = try await jobs.submit(spec("wc -l < ../../done", after: names))
      let many = try await jobs.submitArray(spec("wc -l < ../../done", after: names), count: 3)
      _ = try await jobs.waitForEnd(one.id)
      _ = try await eventually {
        let states = try await jobs.array(array.id).states
        return states[.running] == 2 && states[.ended] == 1 ? true : nil
      }
      #expect(
        try await jobs.explain(last.id).sentences == [
          "The job waits for all jobs of \(array.id) (test) to succeed; 2 of 3 are left: 2 run and 0 wait."
        ])
      #expect(try await jobs.array(many.id).states == [.queued: 3])
      try go(home)
      for job in try await jobs.list(array: many.id) + [last] {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.hasSucceeded)
        #expect(try await jobs.text(ended) == "4\n")
      }
    }
  }

  @Test func `a failure ends all that follow, directly or not, and none of them runs`()
    async throws
  {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let array = try await jobs.submitArray(
        spec("\(Self.waits); [ $AIFACTORY_ARRAY_INDEX != 1 ]"), count: 2)
      let direct = try await jobs.submitArray(
        spec("true", after: [array.id.rawValue]), count: 2)
      let indirect = try await jobs.submit(spec("true", after: [direct.id.rawValue]))
      try go(home)
      let end = try await jobs.waitForEnd(indirect.id)
      #expect(end.reason == .dependencyFailed)
      #expect(end.attempt == 0 && end.startedAtMs == nil && !end.isHeld)
      let failed = try #require(try await jobs.list(array: array.id).last)
      for job in try await jobs.list(array: direct.id) {
        #expect(job.reason == .dependencyFailed)
        #expect(
          job.message
            == "it was to follow \(failed.id) (test) of \(array.id), which ended: failed")
      }
      #expect(
        try await jobs.explain(indirect.id).sentences.first
          == "The job never ran, because what it was to follow did not succeed.")
      let rows = try await home.home.ledger.read {
        try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM jobDependency")
      }
      #expect(rows == 0)
    }
  }

  @Test(arguments: [0, 3]) func `a dependency may end while no server looks`(
    code: Int
  ) async throws {
    let home = try JobsUnderTest()
    let (first, second, third) = try await home.serve { jobs in
      let first = try await jobs.submit(spec("\(Self.waits); exit \(code)"))
      let second = try await jobs.submit(spec("true", after: [first.id.rawValue]))
      let third = try await jobs.submit(spec("true", after: [second.id.rawValue]))
      _ = try await jobs.reaches(.running, first.id)
      return (first.id, second.id, third.id)
    }
    try go(home)
    try await home.serve { jobs in
      let last = try await jobs.waitForEnd(third)
      #expect(last.reason == (code == 0 ? .succeeded : .dependencyFailed))
      #expect(try await jobs.job(second).attempt == (code == 0 ? 1 : 0))
      #expect(try await jobs.job(first).attempt == 1)
    }
  }

  @Test func `what cannot be followed is refused, and what has succeeded is fulfilled`()
    async throws
  {
    let home = try JobsUnderTest()
    try await home.home.ledger.write {
      try $0.execute(sql: "INSERT INTO project (id, name) VALUES ('other', 'other')")
    }
    try await home.serve { jobs in
      let good = try await jobs.shell("true")
      let bad = try await jobs.shell("false")
      let array = try await jobs.submitArray(spec("[ $AIFACTORY_ARRAY_INDEX = 0 ]"), count: 2)
      let fine = try await jobs.submitArray(spec("true"), count: 2)
      let service = try await jobs.submit(spec("sleep 100", kind: .service))
      for job in [good, bad] { _ = try await jobs.waitForEnd(job.id) }
      for id in [array.id, fine.id] {
        for job in try await jobs.list(array: id) { _ = try await jobs.waitForEnd(job.id) }
      }
      let follower = try await jobs.submit(
        spec("true", after: [good.id.rawValue, fine.id.rawValue]))
      #expect(!follower.isHeld)
      #expect(try await jobs.waitForEnd(follower.id).hasSucceeded)

      for other in [bad.id.rawValue, array.id.rawValue] {
        #expect(try await refusal(jobs, of: spec("true", after: [other])) == .dependencyFailed)
      }
      for other in [
        Identifier<Job>.random().rawValue, Identifier<JobArray>.random().rawValue,
      ] {
        #expect(try await refusal(jobs, of: spec("true", after: [other])) == .jobNotFound)
      }
      let own = spec("true", after: [good.id.rawValue])
      #expect(try await refusal(jobs, of: own, in: "other") == .jobNotFound)
      for other in [
        "web", "", service.id.rawValue, Identifier<NamedService>.random().rawValue,
      ] {
        #expect(try await refusal(jobs, of: spec("true", after: [other])) == .specInvalid)
      }
      let many = (0...JobSpec.mostDependencies).map { _ in good.id.rawValue }
      #expect(try await refusal(jobs, of: spec("true", after: many)) == .specInvalid)
      await #expect(throws: JobError.self) {
        try await jobs.submitArray(spec("true", after: [bad.id.rawValue]), count: 2)
      }
    }
  }

  @Test func `the same submission again is the job that is there, whatever it follows has become`()
    async throws
  {
    try await JobsUnderTest().serve { jobs in
      let first = try await jobs.shell("sleep 100")
      let (id, array) = (Identifier<Job>.random(), Identifier<JobArray>.random())
      let follower = spec("true", after: [first.id.rawValue])
      _ = try await jobs.submit(follower, id: id)
      _ = try await jobs.submitArray(follower, count: 2, id: array)
      #expect(try await jobs.submit(follower, id: id).isHeld)
      _ = try await jobs.cancel(first.id)
      #expect(try await jobs.waitForEnd(id).reason == .dependencyFailed)
      #expect(try await jobs.submit(follower, id: id).reason == .dependencyFailed)
      #expect(
        try await jobs.submitArray(follower, count: 2, id: array).reasons
          == [.dependencyFailed: 2])
    }
  }

  @Test func `a retry looks at what the job follows anew`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let first = try await jobs.submit(
        spec("[ $AIFACTORY_ATTEMPT = 2 ] || exit 1; \(Self.waits)"))
      let second = try await jobs.submit(spec("exit 4", after: [first.id.rawValue]))
      #expect(try await jobs.waitForEnd(second.id).reason == .dependencyFailed)
      let error = await #expect(throws: JobError.self) { _ = try await jobs.retry(second.id) }
      #expect(error?.code == .dependencyFailed)
      #expect(error?.hint == "Retry it first: aifactory jobs retry \(first.id)")
      #expect(try await jobs.job(second.id).hasEnded)

      _ = try await jobs.retry(first.id)
      let again = try await jobs.retry(second.id)
      #expect(again.isHeld && again.message == nil)
      try go(home)
      let ended = try await jobs.waitForEnd(second.id)
      #expect(ended.exitCode == 4)
      #expect(ended.attempt == 1)
      #expect(try await jobs.retry(second.id).isHeld == false, "its dependency has succeeded")
      #expect(try await jobs.waitForEnd(second.id).attempt == 2)
    }
  }

  @Test func `a job that waits can be canceled, and ends those that follow it`() async throws {
    try await JobsUnderTest().serve { jobs in
      let first = try await jobs.shell("sleep 100")
      let second = try await jobs.submit(spec("true", after: [first.id.rawValue]))
      let third = try await jobs.submit(spec("true", after: [second.id.rawValue]))
      let array = try await jobs.submitArray(spec("true", after: [second.id.rawValue]), count: 2)
      let last = try await jobs.submit(spec("true", after: [array.id.rawValue]))
      #expect(try await jobs.cancelArray(array.id).reasons == [.canceledByUser: 2])
      #expect(try await jobs.waitForEnd(last.id).reason == .dependencyFailed)
      #expect(try await jobs.cancel(second.id).reason == .canceledByUser)
      #expect(try await jobs.waitForEnd(third.id).reason == .dependencyFailed)
      #expect(
        try await jobs.job(third.id).message
          == "it was to follow \(second.id) (test), which ended: canceled_by_user")
      #expect(try await jobs.job(first.id).state == .running)
    }
  }

  @Test func `a dependency that is started again by itself has not ended`() async throws {
    try await JobsUnderTest().serve { jobs in
      var limited = spec("[ $AIFACTORY_ATTEMPT = 2 ] || exec sleep 100")
      limited.resources = JobResources(timeLimitMs: 300, gracePeriodMs: 200)
      limited.restart = JobRestart(on: [.timeout], atMost: 1)
      let first = try await jobs.submit(limited)
      let second = try await jobs.submit(spec("true", after: [first.id.rawValue]))
      #expect(try await jobs.waitForEnd(second.id).hasSucceeded)
      #expect(try await jobs.job(first.id).restarts == 1)
    }
  }

  /// More of them than are looked at when places are given.
  @Test func `jobs that wait for others are in nobody's way`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let first = try await jobs.submit(spec(Self.waits))
      let held = try await jobs.submitArray(
        spec("true", after: [first.id.rawValue]), count: 300, atMost: nil)
      let free = try await jobs.shell("true")
      #expect(try await jobs.waitForEnd(free.id).hasSucceeded)
      #expect(try await jobs.array(held.id).states == [.queued: 300])
      let plan = try await home.home.ledger.read { db in
        try Row.fetchAll(
          db,
          sql: """
            EXPLAIN QUERY PLAN SELECT id FROM job
            WHERE site = 'local' AND state = 'queued' AND handedOver = 0 AND held = 0
            ORDER BY orderKeyMs, id LIMIT 256
            """
        ).map { $0["detail"] as String }
      }
      #expect(plan.count == 1)
      #expect(plan.first?.contains("jobWaiting") == true)
      _ = try await jobs.cancelArray(held.id)
    }
  }
}
