public import Basics
public import Compute
public import JobProtocol
public import Optimization
public import Serving

/// What stages need of jobs; `Jobs` has it, and tests have a quick one.
public protocol StageJobs: Sendable {
  /// Throws what `submit` would throw of a job that can never run where it is to.
  func check(_ spec: JobSpec) async throws
  /// Accepts a job; the same identifier twice is one job.
  func submit(_ spec: JobSpec, id: Identifier<Job>?, in project: String) async throws -> Job
  /// Accepts a job together with what must be written with it, or not at all.
  func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String,
    alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> Job
  /// Accepts jobs that go to their site together, all or none, with what must be written with each.
  func submitArray(
    _ jobs: [(id: Identifier<Job>, spec: JobSpec)], atMost: Int?, id: Identifier<JobArray>,
    in project: String, alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> [Job]
  /// Waits until the job has ended, or for some time; the job as it is then.
  func waitForEnd(_ id: Identifier<Job>, atMostMs: Int64) async throws -> Job
  /// Waits for the end; canceling the caller's task ends the wait, not the job.
  func waitForEnd(_ id: Identifier<Job>) async throws -> Job
  /// Runs a job that ended once more, as its next attempt.
  func retry(_ id: Identifier<Job>) async throws -> Job
  /// Ends a job.
  func cancel(_ id: Identifier<Job>) async throws -> Job
  /// Whether jobs of a site find this home's files at their paths.
  func sharesFiles(with site: String?) async throws -> Bool
  /// Brings what a job that ended has given back into its working folder.
  func takeBack(_ job: Job) async throws
  /// Absolute path of a job's working folder, also before the job is submitted.
  func workFolder(of id: Identifier<Job>) -> String
}

extension Jobs: StageJobs {}

/// What searches need of shared studies; their coordinators have it, and tests have a quick one.
public protocol StageStudies: Sendable {
  /// Makes a study, or finds the one of that name.
  ///
  /// - Parameters:
  ///   - metrics: a name for each goal.
  ///   - earlier: studies whose best points a new one tries first.
  func create(
    _ terms: StudyTerms, metrics: [String], after earlier: [String],
    in project: String
  ) async throws -> StudySummary
  /// Earlier studies of a project with all trials that were told by now.
  ///
  /// - Parameter earlier: identifiers, or names that one study alone has.
  func sources(_ earlier: [String], in project: String) async throws -> [WarmStart.Source]
  /// Answers a question as `StudyCoordinator` does, whatever has to be started for it.
  ///
  /// - Throws: what the study refuses, in its words.
  func answer(_ study: Identifier<StudySummary>, _ question: JSONValue) async throws -> JSONValue
}

/// What the deploy stage needs of endpoints; `Endpoints` has it, and tests have a quick one.
public protocol StageEndpoints: Sendable {
  /// Puts a model version behind an endpoint, with replicas in that place, and returns when it answers.
  func deployVersion(
    _ version: Int, of model: String, to endpoint: String, in place: DeploymentPlace
  ) async throws
  /// Whether the endpoint answers with that version now, from that place.
  func serves(
    _ version: Int, of model: String, on endpoint: String, in place: DeploymentPlace
  ) async throws -> Bool
}
