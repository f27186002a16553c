import Basics
import Compute
import GRDB
import JobProtocol
import TestSupport
import Testing

/// Writes what tasks report into a table of its own; refuses the word `bad`.
private struct NotingSink: JobReportSink {
  func apply(_ reports: [TaskReport], of job: Identifier<Job>, in db: Database) throws {
    for case .parameter(let key, let value) in reports {
      if value == "bad" { throw JobError(.specInvalid, "bad") }
      try db.execute(sql: "INSERT INTO told VALUES (?, ?)", arguments: [key, value])
    }
  }

  static let table = SchemaMigration(identifier: "told") { db in
    try db.execute(sql: "CREATE TABLE told (key TEXT PRIMARY KEY, value TEXT) STRICT")
  }
}

@Suite(.timeLimit(.minutes(2))) struct JobReportTests {
  private func home() throws -> JobsUnderTest {
    try JobsUnderTest(sinks: ["note": NotingSink()], migrations: [NotingSink.table])
  }

  private func told(_ home: JobsUnderTest) async throws -> [String] {
    try await home.home.ledger.read {
      try String.fetchAll($0, sql: "SELECT key || '=' || value FROM told ORDER BY key")
    }
  }

  private func line(_ key: String, _ value: String) -> String {
    #"echo '{"parameter":{"key":"\#(key)","value":"\#(value)"}}' >&3"#
  }

  @Test func `reports reach their reader once, and bad lines hurt nobody`() async throws {
    let home = try home()
    try await home.serve { jobs in
      let script = [
        line("a", "1"), "echo nonsense >&$AIFACTORY_REPORT_FD", line("b", "2"),
        #"echo '{"progress":{"phase":"fit","share":0.5,"message":"half"}}' >&3"#,
      ].joined(separator: "\n")
      let job = try await jobs.run(["sh", "-c", script], purpose: "note")
      #expect(job.hasSucceeded)
      #expect(job.progress == JobProgress(phase: "fit", share: 0.5, message: "half"))
    }
    #expect(try await told(home) == ["a=1", "b=2"])
  }

  @Test func `reports that their reader refuses do not stop the job`() async throws {
    let home = try home()
    try await home.serve { jobs in
      let job = try await jobs.run(["sh", "-c", line("a", "bad")], purpose: "note")
      #expect(job.hasSucceeded)
      #expect(job.message?.contains("refused") == true)
    }
    #expect(try await told(home) == [])
  }

  @Test func `reports of a time without a server are read by the next one`() async throws {
    let home = try home()
    let job = try await home.serve { jobs in
      let script = """
        \(line("a", "1")); echo ready; while ! [ -e go ]; do sleep 0.01; done; \(line("b", "2"))
        """
      let job = try await jobs.submit(
        JobSpec(name: "x", command: ["sh", "-c", script], purpose: "note"))
      _ = try await jobs.words(of: job)
      return job
    }
    try home.home.folder.write("", to: "jobs/\(job.id)/work/go")
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.hasSucceeded)
    }
    #expect(try await told(home) == ["a=1", "b=2"])
  }
}
