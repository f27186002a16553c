import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JobProtocol
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(1))) struct LiveRunsTests {
  @Test func `the token of a run ends with the job, and comes back when the job is retried`()
    async throws
  {
    let home = try TemporaryLedger(
      Array(FactoryMigrations.all.dropFirst(BasicsMigrations.all.count)))
    let ledger = home.ledger
    // Its loop does not run, so that no job starts.
    let jobs = Jobs(
      ledger: ledger,
      configuration: JobsConfiguration(
        folder: home.folder.path("jobs"), agentPath: "/bin/false",
        capacity: SiteCapacity(cpus: [0], memoryBytes: 1 << 30)))
    let run = RunID.random()
    let job = try await jobs.submit(
      JobSpec(name: "train", command: ["/bin/true"]), id: nil, in: "default"
    ) { job, db in
      _ = try RunStore.create(
        run, experiment: .standard, name: "train", job: job.id.rawValue, startedAtMs: 1, in: db)
    }
    let other = RunID.random()
    try await ledger.write { db in
      _ = try RunStore.create(other, experiment: .standard, name: "mine", startedAtMs: 1, in: db)
    }

    var routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.liveRuns = LiveRuns(ledger: ledger)
    routes.addMLflowRoutes(
      ledger: ledger, objects: ObjectStore(root: home.folder.path("objects")), secret: "quiet")
    let tokens = RunTokens(owner: "right")
    try await Application(router: routes.router).test(.router) { client in
      func status(_ token: String) async throws -> HTTPResponse.Status {
        try await client.execute(
          uri: "/api/2.0/mlflow/runs/get?run_id=\(run)", method: .get,
          headers: [.authorization: "Bearer \(token)"]
        ) { $0.status }
      }
      let own = tokens.token(of: run.rawValue)
      #expect(try await status(own) == .ok)
      // Runs that no job has, and those that are not there.
      #expect(try await status(tokens.token(of: other.rawValue)) == .unauthorized)
      #expect(try await status(tokens.token(of: RunID.random().rawValue)) == .unauthorized)
      #expect(try await jobs.cancel(job.id).hasEnded)
      #expect(try await status(own) == .unauthorized)
      #expect(try await status("right") == .ok)
      _ = try await jobs.retry(job.id)
      #expect(try await status(own) == .ok)
    }
    withExtendedLifetime(home) {}
  }
}
