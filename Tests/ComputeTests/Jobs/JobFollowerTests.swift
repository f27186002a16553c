import Basics
import Compute
import Foundation
import GRDB
import JobProtocol
import TestSupport
import Testing

/// Notes what it is told in a table of its own; refuses jobs that are named `bad`.
private struct NotingFollower: JobFollower {
  func follows(_ spec: JobSpec) -> Bool { spec.purpose == "followed" }

  func gather(_ spec: JobSpec, from folder: AttemptFolder) async throws -> [JobFile] {
    let bytes = try FileTree.read(folder.standardOutput)
    return [JobFile(name: "out", sha256: ObjectDigest(of: bytes), bytes: Int64(bytes.count))]
  }

  func record(
    _ job: Job, samples: [TimedSample], files: [JobFile], in db: Database
  ) throws {
    try db.execute(
      sql: "INSERT INTO told (state, files) VALUES (?, ?)",
      arguments: [job.state.rawValue, files.reduce(0) { $0 + $1.bytes }])
    for timed in samples {
      let sample = timed.sample
      try db.execute(
        sql: "INSERT INTO measured VALUES (?, ?, ?)",
        arguments: [sample.busyPermille, sample.residentBytes, sample.cpuMs])
    }
    if job.spec.name == "bad" { throw JobError(.specInvalid, "bad") }
  }

  static let tables = SchemaMigration(identifier: "told") { db in
    try db.execute(
      sql: """
        CREATE TABLE told (state TEXT, files INTEGER) STRICT;
        CREATE TABLE measured (busy INTEGER, bytes INTEGER, cpuMs INTEGER) STRICT;
        """)
  }
}

@Suite(.timeLimit(.minutes(2))) struct JobFollowerTests {
  private func home() throws -> JobsUnderTest {
    try JobsUnderTest(follower: NotingFollower(), migrations: [NotingFollower.tables])
  }

  private func told(_ home: JobsUnderTest) async throws -> [String] {
    try await home.home.ledger.read {
      try String.fetchAll($0, sql: "SELECT state || ' ' || files FROM told ORDER BY rowid")
    }
  }

  private func spec(_ script: String, name: String = "x", purpose: String = "followed") -> JobSpec {
    JobSpec(name: name, command: ["sh", "-c", script], purpose: purpose)
  }

  @Test func `a follower is told of a job's begin and end, with what it gathered`() async throws {
    let home = try home()
    try await home.serve { jobs in
      let job = try await jobs.submit(spec("echo 1234"))
      #expect(try await jobs.waitForEnd(job.id).hasSucceeded)
    }
    let words = try await told(home)
    #expect(words.first == "running 0")
    #expect(words.last == "ended 5")
  }

  @Test func `what a job uses comes in samples while it runs`() async throws {
    let home = try home()
    try await home.serve { jobs in
      let job = try await jobs.submit(spec("while :; do :; done"))
      let ledger = home.home.ledger
      _ = try await eventually {
        try await ledger.read { db in
          try Int.fetchOne(
            db,
            sql: """
              SELECT 1 FROM measured
              WHERE busy BETWEEN 100 AND 1500 AND bytes > 100000 AND cpuMs > 100
              """)
        }
      }
      #expect(try await jobs.job(job.id).state == .running)
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
    }
    #expect(try await told(home).last?.hasPrefix("ended") == true)
  }

  @Test func `a follower that fails changes nothing for the job, and leaves nothing half-written`()
    async throws
  {
    let home = try home()
    try await home.serve { jobs in
      let job = try await jobs.submit(spec("exit 0", name: "bad"))
      #expect(try await jobs.waitForEnd(job.id).hasSucceeded)
    }
    #expect(try await told(home).isEmpty)
  }

  @Test func `jobs that are not followed, and attempts tried again, are what they were`()
    async throws
  {
    let home = try home()
    try await home.serve { jobs in
      let other = try await jobs.submit(spec("exit 0", purpose: "command"))
      _ = try await jobs.waitForEnd(other.id)
      #expect(try await told(home).isEmpty)
      let job = try await jobs.submit(spec("exit 1"))
      _ = try await jobs.waitForEnd(job.id)
      _ = try await jobs.retry(job.id)
      _ = try await jobs.waitForEnd(job.id)
    }
    let states = try await told(home).map { $0.split(separator: " ")[0] }
    #expect(states.count { $0 == "ended" } == 2)
    #expect(states.contains("queued"))
  }
}
