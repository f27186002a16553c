import Basics
import Glibc
import JobProtocol
import Logging
import TestSupport
import Testing

@testable import Compute

/// Jobs on a temporary home, run by the real agent; what still runs in the end is killed.
final class JobsUnderTest: Sendable {
  let home: TemporaryLedger
  let configuration: JobsConfiguration
  let sinks: [String: any JobReportSink]
  let follower: (any JobFollower)?
  let tracker: (any JobTracker)?
  let classifier: (any JobDataClassifier)?

  init(
    cpus: Int = 4, patienceMs: Int64 = 30_000, sinks: [String: any JobReportSink] = [:],
    follower: (any JobFollower)? = nil, tracker: (any JobTracker)? = nil,
    classifier: (any JobDataClassifier)? = nil, tracking: AttemptTracking? = nil,
    migrations: [SchemaMigration] = [],
    agentPath: String = packageFolder + "/.build/debug/aifactory-agent",
    accelerators: [Accelerator] = [], factoryHome: String? = nil,
    now: @escaping @Sendable () -> Int64 = { systemTimeMs() }
  ) throws {
    home = try TemporaryLedger(ComputeMigrations.all + migrations)
    self.sinks = sinks
    self.follower = follower
    self.tracker = tracker
    self.classifier = classifier
    var configuration = JobsConfiguration(
      folder: home.folder.path("jobs"), agentPath: agentPath,
      capacity: SiteCapacity(
        cpus: Array(0..<cpus), memoryBytes: 8 << 30, accelerators: accelerators),
      patienceMs: patienceMs, now: now)
    configuration.tracking = { _ in tracking }
    configuration.home = factoryHome
    self.configuration = configuration
  }

  deinit {
    for pid in ProcessTable.all() {
      guard let line = ProcFile.bytes("/proc/\(pid)/cmdline"), pid != getpid() else { continue }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      if words.contains(where: { $0.hasPrefix(home.folder.path + "/") }) { _ = kill(pid, SIGKILL) }
    }
  }

  func instance() -> Jobs {
    Jobs(
      ledger: home.ledger, configuration: configuration, sinks: sinks, follower: follower,
      tracker: tracker, classifier: classifier,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Runs one server's life: the reconciler lives as long as the body.
  func serve<Value: Sendable>(
    _ body: @Sendable (Jobs) async throws -> Value
  ) async throws -> Value {
    let jobs = instance()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await jobs.run() }
      defer { group.cancelAll() }
      return try await body(jobs)
    }
  }
}

extension Jobs {
  func run(
    _ command: [String], environment: [EnvironmentVariable] = [], workingDirectory: String? = nil,
    taskCount: Int = 1, resources: JobResources = JobResources(), purpose: String = "command"
  ) async throws -> Job {
    try await waitForEnd(
      try await submit(
        JobSpec(
          name: "test", command: command, environment: environment,
          workingDirectory: workingDirectory, taskCount: taskCount, resources: resources,
          purpose: purpose)
      ).id)
  }

  func shell(_ script: String, resources: JobResources = JobResources()) async throws -> Job {
    try await submit(
      JobSpec(name: "test", command: ["/bin/sh", "-c", script], resources: resources))
  }

  func text(_ job: Job, _ stream: OutputStream = .stdout) async throws -> String {
    String(
      decoding: try await output(job.id, stream: stream, from: 0, limit: 1 << 20).bytes,
      as: UTF8.self)
  }

  /// Waits until the job has printed a line, and returns its words.
  func words(of job: Job) async throws -> [String] {
    try await eventually {
      let text = try await self.text(job)
      return text.hasSuffix("\n")
        ? text.split(whereSeparator: \.isWhitespace).map(String.init) : nil
    }
  }
}

/// Asks until there is an answer, for some seconds.
func eventually<Value: Sendable>(
  _ ask: () async throws -> Value?
) async throws -> Value {
  for _ in 0..<4_000 {
    if let value = try await ask() { return value }
    try await Task.sleep(for: .milliseconds(5))
  }
  throw JobError(.stopped, "the condition did not come true within 20 seconds")
}

/// True while a process runs (a zombie does not).
func isAlive(_ pid: Int32) -> Bool { ProcessStatus(of: pid).map { !$0.isZombie } ?? false }
