import API
import Compute
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(2))) struct JobRoutesTests {
  private struct Answer: Sendable {
    var status: HTTPResponse.Status
    var body: [UInt8]

    func wire<Wire: Decodable>(_ type: Wire.Type = Wire.self) throws -> Wire {
      try WireCoding.decode(type, from: body)
    }
  }

  private typealias Ask =
    @Sendable (HTTPRequest.Method, String, String?) async throws -> Answer

  /// Serves the routes of jobs on a temporary home while the body runs.
  private func serve(_ body: @escaping @Sendable (Ask) async throws -> Void) async throws {
    let home = try TemporaryLedger(ComputeMigrations.all)
    let jobs = Jobs(
      ledger: home.ledger,
      configuration: JobsConfiguration(
        folder: home.folder.path("jobs"),
        agentPath: packageFolder + "/.build/debug/aifactory-agent",
        capacity: SiteCapacity(cpus: [0, 1], memoryBytes: 1 << 30)))
    let routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.addJobRoutes(jobs)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await jobs.run() }
      defer { group.cancelAll() }
      try await Application(router: routes.router).test(.router) { client in
        try await body { method, uri, text in
          try await client.execute(
            uri: uri, method: method, headers: [.authorization: "Bearer right"],
            body: text.map { ByteBuffer(string: $0) }
          ) { Answer(status: $0.status, body: Array($0.body.readableBytesView)) }
        }
      }
    }
    withExtendedLifetime(home) {}
  }

  @Test func `a job is submitted, awaited, shown, read and explained`() async throws {
    try await serve { ask in
      let submitted = try await ask(
        .post, "/api/v1/jobs",
        #"{"command":["sh","-c","echo $A; echo bad >&2; exit 4"],"environment":{"A":"b c"}}"#)
      #expect(submitted.status == .created)
      let id = try submitted.wire(JobWire.self).id
      let ended = try await ask(.get, "/api/v1/jobs/\(id)?wait_ms=20000", nil).wire(JobWire.self)
      #expect(ended.name == "sh")
      #expect(ended.reason == "failed")
      #expect(ended.exitCode == 4)
      let output = try await ask(.get, "/api/v1/jobs/\(id)/output?from=2", nil)
      #expect(output.body == Array("c\n".utf8))
      let beyond = try await ask(.get, "/api/v1/jobs/\(id)/output?from=\(Int.max)", nil)
      #expect(beyond.status == .ok && beyond.body.isEmpty)
      let errors = try await ask(.get, "/api/v1/jobs/\(id)/output?stream=stderr", nil)
      #expect(errors.body == Array("bad\n".utf8))
      let why = try await ask(.get, "/api/v1/jobs/\(id)/explain", nil).wire(JobExplanationWire.self)
      #expect(why.sentences == ["The job failed: its process ended with exit code 4."])
      let list = try await ask(.get, "/api/v1/jobs?state=ended", nil).wire(JobListWire.self)
      #expect(list.jobs.map(\.id) == [id])
      let canceled = try await ask(.post, "/api/v1/jobs/\(id)/cancel", nil)
      #expect(try canceled.wire(JobWire.self).reason == "failed", "it had ended before")
    }
  }

  @Test(arguments: [
    (#"{"command":[]}"#, "job_spec_invalid"),
    (#"{"command":["x"],"cpus":3}"#, "job_resources_impossible"),
    (#"{"name":"x"}"#, "bad_request"), (#"{"command":["x"],"id":"job_1"}"#, "bad_request"),
  ])
  func `a request that can never be fulfilled is refused`(body: String, code: String) async throws {
    try await serve { ask in
      let answer = try await ask(.post, "/api/v1/jobs", body)
      #expect(answer.status == .badRequest)
      #expect(try answer.wire(ErrorWire.self).error.code == code)
    }
  }

  @Test func `an unknown job is not found`() async throws {
    try await serve { ask in
      for path in ["nonsense", "job_00000000000000000000000000"] {
        let answer = try await ask(.get, "/api/v1/jobs/\(path)", nil)
        #expect(answer.status == .notFound)
      }
      let retried = try await ask(.post, "/api/v1/jobs/job_00000000000000000000000000/retry", nil)
      #expect(retried.status == .notFound)
    }
  }
}
