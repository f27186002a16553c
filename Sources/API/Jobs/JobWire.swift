/// A job as HTTP and `--output json` tell it.
public struct JobWire: Codable, Sendable, Equatable {
  /// Identifier of the job.
  public var id: String
  /// The project that it belongs to.
  public var project: String
  /// Its name for people.
  public var name: String
  /// `batch` or `service`.
  public var kind: String
  /// What the factory uses it for; `command` for jobs of people.
  public var purpose: String
  /// Program and arguments.
  public var command: [String]
  /// `queued`, `running`, `stopping` or `ended`.
  public var state: String
  /// Why it is stopping or has ended, such as `succeeded` or `time_limit`.
  public var reason: String?
  /// Words for people about the reason.
  public var message: String?
  /// Number of the last attempt; 0 before the first.
  public var attempt: Int
  /// Exit code of the first task that failed, or 0.
  public var exitCode: Int32?
  /// The signal that ended the first task that failed.
  public var signal: Int32?
  /// Higher goes first.
  public var priority: Int
  /// How many tasks run the command.
  public var taskCount: Int
  /// How many nodes run the command at once; cores, memory and accelerators are of each.
  public var nodes: Int
  /// CPU cores that it asked for.
  public var cpus: Int
  /// Bytes of memory that it asked for.
  public var memoryBytes: Int64?
  /// Accelerators that it asked for.
  public var gpus: Int
  /// Kind of the accelerators that it asked for.
  public var gpuType: String?
  /// What its nodes must have.
  public var features: [String]?
  /// Milliseconds that it may run.
  public var timeLimitMs: Int64?
  /// How far it is, if its tasks tell.
  public var progress: Progress?
  /// What its last attempt used so far.
  public var usage: Usage
  /// When it was submitted: milliseconds since 1970, UTC.
  public var createdAtMs: Int64
  /// When its last attempt began.
  public var startedAtMs: Int64?
  /// When it ended.
  public var endedAtMs: Int64?
  /// Folder of everything that belongs to it.
  public var folder: String
  /// The run that stands for it, if it was asked for.
  public var run: String?
  /// Name of the site where it runs.
  public var site: String
  /// The name of its last attempt in the site's engine: Slurm's job id.
  public var engineId: String?
  /// What that engine last said of it, in its own words.
  public var engineState: String?
  /// When it is started again by itself; absent for never.
  public var restart: JobRestartWire?
  /// How often it was, since it was submitted or retried.
  public var restarts: Int
  /// The reason of the end after which it last was.
  public var restartReason: String?
  /// Its place in an array; absent for a job of its own.
  public var array: JobArrayPlaceWire?
  /// Identifier of the dataset version that it reads, if it names one.
  public var dataset: String?
  /// What it leaves, below where it starts, that becomes artifacts of its run.
  public var outputs: [String]?
  /// Digest of the code that it starts in, if it brought any.
  public var code: String?
  /// What its command finds installed beside what the node has.
  public var software: JobSoftwareWire?
  /// What it uses at the moment; absent where it does not run, or was not measured yet.
  public var load: Load?
  /// What Slurm's accounts have of it; told by `jobs show` alone.
  public var accounts: JobAccountWire?
  /// Steps that its command has started on its cluster; told by `jobs show` and `jobs top` alone.
  public var steps: [JobStepWire]?
  /// Identifier of the service that it is a job of; absent for none.
  public var service: String?
  /// How far it is kept apart; absent for not at all.
  public var isolation: JobIsolationWire?
  /// Identifiers of the jobs and arrays that must succeed before it starts; absent for none.
  public var after: [String]?

  /// How far a job is.
  public struct Progress: Codable, Sendable, Equatable {
    /// A word for what is being done.
    public var phase: String
    /// In 0...1 where known.
    public var share: Double?
    /// Words for people.
    public var message: String

    /// Takes every value as it is.
    public init(phase: String, share: Double?, message: String) {
      self.phase = phase
      self.share = share
      self.message = message
    }
  }

  /// What an attempt uses at a moment.
  public struct Load: Codable, Sendable, Equatable {
    /// When it was measured: milliseconds since 1970, UTC.
    public var atMs: Int64
    /// Cores that it keeps busy.
    public var cpus: Double
    /// Resident memory of all its processes.
    public var memoryBytes: Int64
    /// Joules since the attempt began.
    public var energyJoules: Double
    /// How those were found: `counter` or `estimate`, and of what.
    public var energyMethod: String
    /// Accelerators that it keeps busy; absent where nobody tells.
    public var gpus: Double?
    /// What those joules emitted; absent where nobody said what the site's energy emits.
    public var emission: EmissionWire?

    /// Takes every value as it is.
    public init(
      atMs: Int64, cpus: Double, memoryBytes: Int64, energyJoules: Double, energyMethod: String
    ) {
      self.atMs = atMs
      self.cpus = cpus
      self.memoryBytes = memoryBytes
      self.energyJoules = energyJoules
      self.energyMethod = energyMethod
    }
  }

  /// What an attempt used.
  public struct Usage: Codable, Sendable, Equatable {
    /// Processor time in milliseconds.
    public var cpuMs: Int64
    /// Most resident memory that was seen.
    public var maxRssBytes: Int64
    /// Bytes kept of standard output.
    public var stdoutBytes: Int64
    /// Bytes kept of standard error.
    public var stderrBytes: Int64
    /// Bytes of both that were not kept.
    public var droppedOutputBytes: Int64
    /// How the memory limit is enforced: `none`, `cgroup-v1`, `cgroup-v2` or `sampled`.
    public var memoryMethod: String?
    /// What its accelerators did; absent where nothing was measured.
    public var gpu: GPU?

    /// Takes every value as it is.
    public init(
      cpuMs: Int64, maxRssBytes: Int64, stdoutBytes: Int64, stderrBytes: Int64,
      droppedOutputBytes: Int64, memoryMethod: String?
    ) {
      self.cpuMs = cpuMs
      self.maxRssBytes = maxRssBytes
      self.stdoutBytes = stdoutBytes
      self.stderrBytes = stderrBytes
      self.droppedOutputBytes = droppedOutputBytes
      self.memoryMethod = memoryMethod
    }
  }

  /// What accelerators did, as far as it was measured.
  public struct GPU: Codable, Sendable, Equatable {
    /// Milliseconds of all of them together that were measured.
    public var measuredMs: Int64
    /// Those of them in which one computed.
    public var busyMs: Int64
    /// Joules, the power that their drivers tell integrated over that time.
    public var energyJoules: Double?
    /// Most memory that was in use on one of them.
    public var maxMemoryBytes: Int64?
    /// What those joules emitted; absent where nobody said what the site's energy emits.
    public var emission: EmissionWire?

    /// Takes every value as it is.
    public init(measuredMs: Int64, busyMs: Int64, energyJoules: Double?, maxMemoryBytes: Int64?) {
      self.measuredMs = measuredMs
      self.busyMs = busyMs
      self.energyJoules = energyJoules
      self.maxMemoryBytes = maxMemoryBytes
    }
  }

  /// What its site's energy comes from; absent where nobody said so.
  public var energySource: String?

  /// Takes every value as it is.
  public init(
    id: String, project: String, name: String, kind: String, purpose: String, command: [String],
    state: String, reason: String?, message: String?, attempt: Int, exitCode: Int32?,
    signal: Int32?, priority: Int, taskCount: Int, cpus: Int, memoryBytes: Int64?, gpus: Int,
    timeLimitMs: Int64?, progress: Progress?, usage: Usage, createdAtMs: Int64,
    startedAtMs: Int64?, endedAtMs: Int64?, folder: String
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.kind = kind
    self.purpose = purpose
    self.command = command
    self.state = state
    self.reason = reason
    self.message = message
    self.attempt = attempt
    self.exitCode = exitCode
    self.signal = signal
    self.priority = priority
    self.taskCount = taskCount
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.gpus = gpus
    self.timeLimitMs = timeLimitMs
    self.progress = progress
    self.usage = usage
    self.createdAtMs = createdAtMs
    self.startedAtMs = startedAtMs
    self.endedAtMs = endedAtMs
    self.folder = folder
    site = "local"
    nodes = 1
    restarts = 0
  }
}

/// The answer of `GET /api/v1/jobs`.
public struct JobListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var jobs: [JobWire]

  /// Takes the jobs in their order.
  public init(jobs: [JobWire]) { self.jobs = jobs }
}

/// The answer of `GET /api/v1/jobs/{id}/explain`.
public struct JobExplanationWire: Codable, Sendable, Equatable {
  /// The job.
  public var id: String
  /// Its state.
  public var state: String
  /// The reason for its state.
  public var reason: String?
  /// Whole sentences, the most important first.
  public var sentences: [String]
  /// Jobs that hold what this one waits for.
  public var holders: [String]

  /// Takes every value as it is.
  public init(
    id: String, state: String, reason: String?, sentences: [String], holders: [String]
  ) {
    self.id = id
    self.state = state
    self.reason = reason
    self.sentences = sentences
    self.holders = holders
  }
}
