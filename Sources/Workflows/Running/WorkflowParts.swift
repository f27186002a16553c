public import Basics

/// Everything that the stages of a workflow work with.
public struct WorkflowParts: Sendable {
  var home: FactoryHome
  var store: WorkflowRunStore
  var objects: ObjectStore
  var jobs: any StageJobs
  var endpoints: any StageEndpoints
  var studies: any StageStudies
  var fingerprint: FactoryFingerprint
  /// Bytes of memory of the local site.
  var memoryBytes: Int64
  /// Path of the `aifactory` program, which jobs run as `PROGRAM worker …`.
  var program: String
  /// Folder of the engines, for the environment of jobs.
  var enginesFolder: String
  /// Unix time in milliseconds, UTC.
  var nowMs: @Sendable () -> Int64

  /// Joins the parts of one factory.
  ///
  /// - Parameters:
  ///   - fingerprint: what goes into every stage's key beside its own inputs.
  ///   - program: path of the `aifactory` program, which jobs run as `PROGRAM worker …`.
  public init(
    home: FactoryHome, ledger: Ledger, jobs: any StageJobs, endpoints: any StageEndpoints,
    studies: any StageStudies, fingerprint: FactoryFingerprint, memoryBytes: Int64, program: String,
    enginesFolder: String,
    nowMs: @escaping @Sendable () -> Int64
  ) {
    self.home = home
    store = WorkflowRunStore(ledger: ledger)
    objects = home.objects
    self.jobs = jobs
    self.endpoints = endpoints
    self.studies = studies
    self.fingerprint = fingerprint
    self.memoryBytes = memoryBytes
    self.program = program
    self.enginesFolder = enginesFolder
    self.nowMs = nowMs
  }
}
