import Basics
@testable import Compute
import Experimentation
import JobProtocol
import TestSupport
import Testing

@testable import Workflows

@Suite struct JobRunsTests {
  private static let run = RunID.derived(from: "job")

  private func spec(cpus: Int = 2, memory: Int64? = nil, purpose: String = "command") -> JobSpec {
    JobSpec(
      name: "script", command: ["python", "train.py"],
      environment: [EnvironmentVariable("MLFLOW_RUN_ID", Self.run.rawValue)],
      resources: JobResources(cpus: cpus, memoryBytes: memory), purpose: purpose)
  }

  private func job(
    _ state: JobStateMachine.State, _ reason: JobReason? = nil, message: String? = nil
  ) -> Job {
    Job(
      id: .random(), project: "default", spec: spec(), state: state, reason: reason,
      message: message, attempt: 1, exitCode: state == .ended ? 0 : nil, signal: nil,
      progress: nil, usage: JobUsage(), createdAtMs: 0, startedAtMs: 0,
      endedAtMs: state == .ended ? 9_000 : nil, folder: "/x", revision: 1)
  }

  private func withRun(_ body: (TemporaryLedger, JobRuns) async throws -> Void) async throws {
    let home = try TemporaryLedger(
      ExperimentationMigrations.all + ComputeMigrations.all + WorkflowsMigrations.all)
    _ = try await home.ledger.write { db in
      try RunStore.create(
        Self.run, experiment: .standard, name: "script", startedAtMs: 1_000, in: db)
    }
    try await body(
      home,
      JobRuns(ledger: home.ledger, objects: ObjectStore(root: home.folder.path("objects"))))
  }

  @Test(arguments: [
    (JobReason.succeeded, RunStatus.finished), (.failed, .failed), (.canceledByUser, .killed),
    (.timeLimit, .failed), (.lostAgent, .failed),
  ])
  func `a run ends as its job does`(reason: JobReason, status: RunStatus) async throws {
    try await withRun { home, runs in
      let ended = job(.ended, reason, message: "because")
      try await home.ledger.write { db in
        try runs.record(job(.queued), samples: [], files: [], in: db)
        try runs.record(job(.running), samples: [], files: [], in: db)
        try runs.record(ended, samples: [], files: [], in: db)
      }
      let details = try await RunStore(ledger: home.ledger).details(Self.run)
      #expect(details.run.status == status)
      #expect(details.run.endedAtMs == 9_000)
      #expect(details.tags[RunTagKey.reason] == reason.rawValue)
      #expect(details.tags[RunTagKey.message] == "because")
    }
  }

  @Test func `samples become metrics over the seconds of the run, with the method of the joules`()
    async throws
  {
    try await withRun { home, runs in
      let sample = ResourceSample(busyPermille: 1_000, residentBytes: 50_000_000, cpuMs: 3_000)
      var counted = sample
      counted.energyMicrojoules = 7_000_000
      try await home.ledger.write { [counted] db in
        try runs.record(
          job(.running),
          samples: [
            TimedSample(timeMs: 3_500, sample: sample), TimedSample(timeMs: 9_000, sample: counted),
          ], files: [], in: db)
      }
      let store = RunStore(ledger: home.ledger)
      let cpu = try await store.history(
        of: "system/cpu_utilization_percentage", run: Self.run, limit: 9)
      #expect(cpu.map(\.step) == [2, 8])
      #expect(cpu.map(\.value) == [50, 50])
      let energy = try await store.history(of: "system/energy_joules", run: Self.run, limit: 9)
      #expect(energy.map(\.value) == [30, 7])
      let tags = try await store.details(Self.run).tags
      #expect(tags["aifactory.energy.method"]?.hasPrefix("counter") == true)
    }
  }

  @Test func `a run that somebody removed is passed over`() async throws {
    try await withRun { home, runs in
      var gone = job(.ended, .succeeded)
      gone.spec.environment = [
        EnvironmentVariable("MLFLOW_RUN_ID", RunID.derived(from: "gone").rawValue)
      ]
      try await home.ledger.write { [gone] db in
        try runs.record(gone, samples: [], files: [], in: db)
      }
    }
  }

  @Test func `the end of a long output is kept`() async throws {
    try await withRun { home, runs in
      let folder = AttemptFolder(path: home.folder.path("attempt"))
      try FileTree.createFolder(folder.path)
      let long = [UInt8](repeating: 65, count: 400_000) + Array("end".utf8)
      try FileTree.write(long, to: folder.standardOutput)
      try FileTree.write([], to: folder.standardError)
      let files = try await runs.gather(spec(), from: folder)
      #expect(files.map(\.name) == ["logs/stdout.log"])
      #expect(files.first?.bytes == JobRuns.outputBytes)
    }
  }
}
