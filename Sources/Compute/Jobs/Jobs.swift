public import Basics
public import JobProtocol
public import Logging
public import ServiceLifecycle

/// The jobs of this factory: submit, watch, cancel, and the reconciler that runs them.
public actor Jobs: Service {
  let ledger: Ledger
  let configuration: JobsConfiguration
  let sinks: [String: any JobReportSink]
  let logger: Logger

  /// Makes the jobs of one home; nothing runs before `run()`.
  ///
  /// - Parameters:
  ///   - ledger: database with the tables of `ComputeMigrations`.
  ///   - configuration: folders, agent and capacity.
  ///   - sinks: who reads the reports of jobs, by their `purpose`.
  ///   - logger: for what no caller waits for.
  public init(
    ledger: Ledger, configuration: JobsConfiguration, sinks: [String: any JobReportSink] = [:],
    logger: Logger = Logger(label: "jobs")
  ) {
    self.ledger = ledger
    self.configuration = configuration
    self.sinks = sinks
    self.logger = logger
  }

  /// The folder of a job, also of one that is still to be submitted.
  public nonisolated func folder(of id: Identifier<Job>) -> String {
    configuration.folder + "/" + id.rawValue
  }

  /// The working folder of a job, also of one that is still to be submitted.
  public nonisolated func workFolder(of id: Identifier<Job>) -> String { folder(of: id) + "/work" }

  /// Which of a job's two outputs.
  public enum OutputStream: String, Sendable, CaseIterable { case stdout, stderr }

  /// Runs the reconciler until the group shuts down; running jobs go on without it.
  public func run() async throws { throw JobError(.stopped, "not yet") }

  /// Accepts a job; once this returns it will run, whatever is killed.
  ///
  /// With an identifier the call is idempotent: the job that has it is returned.
  /// - Throws: `JobError` for a specification that can never run here.
  public func submit(
    _ spec: JobSpec, id: Identifier<Job>? = nil, in project: String = "default"
  ) async throws -> Job { throw JobError(.stopped, "not yet") }

  /// The job of an identifier.
  public func job(_ id: Identifier<Job>) async throws -> Job { throw JobError(.stopped, "not yet") }

  /// The newest jobs first.
  public func list(limit: Int = 100, state: JobStateMachine.State? = nil) async throws -> [Job] {
    throw JobError(.stopped, "not yet")
  }

  /// Ends a job: at once if it waits, else after its tasks were told and their grace period.
  public func cancel(_ id: Identifier<Job>) async throws -> Job {
    throw JobError(.stopped, "not yet")
  }

  /// Runs a job that ended once more, as its next attempt.
  public func retry(_ id: Identifier<Job>) async throws -> Job {
    throw JobError(.stopped, "not yet")
  }

  /// Says why a job stands where it does.
  public func explain(_ id: Identifier<Job>) async throws -> JobExplanation {
    throw JobError(.stopped, "not yet")
  }

  /// Waits until the job has ended; canceling the caller's task ends the wait, not the job.
  public func waitForEnd(_ id: Identifier<Job>) async throws -> Job {
    throw JobError(.stopped, "not yet")
  }

  /// The job as it is and after every change, newest only; ends after the job's end.
  public func updates(of id: Identifier<Job>) -> AsyncStream<Job> { AsyncStream { $0.finish() } }

  /// Bytes of the last attempt's output from `offset` on, at most `limit`.
  public func output(
    _ id: Identifier<Job>, stream: OutputStream, from offset: Int64, limit: Int
  ) async throws -> (bytes: [UInt8], nextOffset: Int64) { throw JobError(.stopped, "not yet") }
}
