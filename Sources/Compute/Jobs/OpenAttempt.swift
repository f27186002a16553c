import Basics
import JobProtocol

/// What the reconciler remembers of an attempt that has not ended.
struct OpenAttempt: Sendable {
  let key: AttemptKey
  let folder: AttemptFolder
  let marker: String
  let spec: JobSpec
  /// Name of the site where it runs.
  let site: String
  /// The engine's name for it, if the ledger knows it.
  let engineId: String?
  /// What it holds of this machine.
  let place: Packing.Holding
  /// Reads on from what was read, heartbeats included, which are worth no commit.
  var reader: JournalReader
  /// Position in the journal up to which its effects are in the ledger.
  var committedOffset: Int64
  var cgroup: String?
  /// What the last heartbeat said.
  var usage: AttemptUsage?
  /// The last sample that came.
  var sample: TimedSample?
  /// What its nodes have told, where it runs on several.
  var nodes: AttemptNodes?
  /// True once its beginning was seen, though perhaps not yet committed.
  var hasBegun = false
  /// True once the job is to be stopped, for an agent that is not there yet.
  var wantsStop: Bool

  init(_ job: Job, _ attempt: JobAttemptRecord) {
    key = AttemptKey(job: job.id, number: attempt.number)
    folder = AttemptFolder(path: "\(job.folder)/\(attempt.number)/\(attempt.node)")
    marker = attempt.marker
    spec = job.spec
    site = job.site
    engineId = attempt.engineId
    place = Packing.Holding(
      job: job.id, cpus: attempt.cpus,
      memoryBytes: job.site == Site.localName ? job.spec.resources.memoryBytes ?? 0 : 0,
      gpus: attempt.gpus)
    reader = JournalReader(path: folder.journal, offset: attempt.journalOffset)
    committedOffset = attempt.journalOffset
    cgroup = attempt.cgroup
    wantsStop = job.state == .stopping
    if spec.nodeCount > 1 { nodes = AttemptNodes(folder, count: spec.nodeCount) }
  }

  /// What the factory's own programs, and its file for Python, find a home by.
  private static let homeVariable = "AIFACTORY_HOME"

  /// The instruction for the agent.
  ///
  /// - Parameters:
  ///   - home: the factory's, which its tasks see; nil where they do not.
  ///   - tracking: what its agent is told about the job's run.
  ///   - hidden: what it must not see beside other jobs, where it is kept apart.
  ///   - readable: what of that it may read.
  func instruction(
    of job: Job, capacity: SiteCapacity, home: String? = nil, tracking: AttemptTracking? = nil,
    hidden: [String] = [], readable: [String] = []
  ) -> AttemptSpec {
    var spec = job.spec
    if let home, spec.isolation == nil {
      spec.environment.insert(EnvironmentVariable(Self.homeVariable, home), at: 0)
    }
    if site == Site.localName {
      spec.environment =
        Accelerator.variables(of: place.gpus, among: capacity.accelerators) + spec.environment
    }
    var instruction = AttemptSpec(
      job: job.id.rawValue, attempt: key.number, marker: marker, spec: spec,
      workFolder: job.workFolder,
      // A job that has all cores needs no fence around them.
      cpus: place.cpus.count < capacity.cpus.count ? place.cpus : [], gpus: place.gpus,
      tracking: tracking, checkpointFolder: job.checkpointFolder)
    instruction.outputs = spec.outputs
    instruction.listening = listening(of: spec)
    instruction.isolation = spec.isolation.map { isolation in
      AttemptIsolation(
        hidden: [FileTree.folder(of: job.folder)] + hidden,
        shown: [job.workFolder, job.checkpointFolder], readOnly: readable,
        network: isolation.network)
    }
    return instruction
  }

  /// Where the command of a service listens; nil for one on this machine whose owner has no use for a port.
  private func listening(of spec: JobSpec) -> AttemptListening? {
    guard let service = spec.service else {
      guard spec.kind == .service, site != Site.localName else { return nil }
      return AttemptListening(portVariable: "PORT", host: "0.0.0.0", path: "", readyPath: nil)
    }
    return AttemptListening(
      portVariable: service.portVariable,
      // What others of this machine could reach is nobody's business; a node is reached from elsewhere.
      host: site == Site.localName ? "127.0.0.1" : "0.0.0.0", path: service.path,
      readyPath: service.readyPath)
  }
}
