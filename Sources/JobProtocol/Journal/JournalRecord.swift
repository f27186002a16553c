/// One thing that an agent tells about its attempt.
public struct JournalRecord: Equatable, Sendable {
  /// When it happened: milliseconds since 1970, UTC, by the node's clock.
  public var timeMs: Int64
  /// What happened.
  public var event: JournalEvent

  /// Makes a record.
  public init(timeMs: Int64, event: JournalEvent) {
    self.timeMs = timeMs
    self.event = event
  }
}

/// What a journal's records tell.
public enum JournalEvent: Equatable, Sendable {
  /// The agent has claimed the attempt.
  case started(AgentStart)
  case taskStarted(task: Int, pid: Int32)
  /// A line that a task wrote, unread by the agent.
  case report(task: Int, line: [UInt8])
  /// What the tasks used so far; also the sign that the agent lives.
  case usage(AttemptUsage)
  /// The agent began to stop the tasks.
  case stopping(AttemptOutcome)
  case taskEnded(task: Int, exit: TaskExit, usage: TaskUsage)
  /// What the tasks use at the moment; never synced on its own, and fewer the longer an attempt runs.
  case sample(ResourceSample)
  /// A writing call of MLflow's API that the agent has answered.
  case call(TrackingCall)
  /// Something that people should know about the attempt.
  case note(String)
  /// The command answers at its address.
  case listening(ListeningTask)
  /// Nothing of the attempt is left; always the last record.
  case ended(AttemptEnd)
}

/// Who runs the attempt, and how it watches over it.
public struct AgentStart: Equatable, Sendable {
  /// Process of the agent.
  public var pid: Int32
  /// Start of that process in ticks since boot: with the pid it names one process for ever.
  public var startTicks: UInt64
  /// Version of the agent.
  public var version: String
  /// How the memory limit is enforced.
  public var memory: MemoryMethod
  /// Control group of the tasks, where there is one.
  public var cgroup: String?
  /// Its machine, as the site calls it; nil where nobody needs to know.
  public var host: String?

  /// Makes the description of an agent.
  public init(
    pid: Int32, startTicks: UInt64, version: String, memory: MemoryMethod, cgroup: String?,
    host: String? = nil
  ) {
    self.pid = pid
    self.startTicks = startTicks
    self.version = version
    self.memory = memory
    self.cgroup = cgroup
    self.host = host
  }
}

/// How an agent enforces the memory limit.
public enum MemoryMethod: String, Sendable, CaseIterable {
  /// There is no limit.
  case none
  case cgroupV1 = "cgroup-v1"
  case cgroupV2 = "cgroup-v2"
  /// The agent sums the resident memory of all processes, ten times a second or more often.
  case sampled
}

/// How one task's process ended.
public enum TaskExit: Equatable, Sendable {
  case exited(code: Int32)
  case killed(signal: Int32)
  /// It never ran; the words say why.
  case notStarted(String)
}

/// What one task used, its waited-for children included.
public struct TaskUsage: Equatable, Sendable {
  /// Processor time in milliseconds.
  public var cpuMs: Int64
  /// Most resident memory of a single process.
  public var maxRssBytes: Int64

  /// Makes a measurement; nothing was used by default.
  public init(cpuMs: Int64 = 0, maxRssBytes: Int64 = 0) {
    self.cpuMs = cpuMs
    self.maxRssBytes = maxRssBytes
  }
}

/// What all tasks of an attempt used and wrote so far.
public struct AttemptUsage: Equatable, Sendable {
  /// Processor time in milliseconds.
  public var cpuMs: Int64 = 0
  /// Most resident memory of the whole tree that was seen.
  public var maxRssBytes: Int64 = 0
  /// Bytes kept in `stdout.log`.
  public var stdoutBytes: Int64 = 0
  /// Bytes kept in `stderr.log`.
  public var stderrBytes: Int64 = 0
  /// Bytes of both outputs that were not kept.
  public var droppedOutputBytes: Int64 = 0
  /// Reports that were not kept: too long, or no room on the disk.
  public var droppedReports: Int64 = 0
  /// What its accelerators did; nil where it has none, or nobody tells.
  public var accelerators: AcceleratorUsage?

  /// Makes an empty measurement.
  public init() {}
}

/// What all tasks of an attempt use at one moment.
public struct ResourceSample: Equatable, Sendable {
  /// Processor time since the sample before, in thousandths of one core.
  public var busyPermille: Int64
  /// Resident memory of the whole tree.
  public var residentBytes: Int64
  /// Processor time in all, in milliseconds.
  public var cpuMs: Int64
  /// What the machine's processors took since the attempt began, by their own counters; nil where
  /// they cannot be read.
  public var energyMicrojoules: Int64?
  /// What the attempt's accelerators do, in its order; empty where it has none, or nobody tells.
  public var accelerators: [AcceleratorSample] = []
  /// What those took since the attempt began, their power integrated; nil where none tells it.
  public var acceleratorMicrojoules: Int64?

  /// Takes every value as it is.
  public init(
    busyPermille: Int64, residentBytes: Int64, cpuMs: Int64, energyMicrojoules: Int64? = nil
  ) {
    self.busyPermille = busyPermille
    self.residentBytes = residentBytes
    self.cpuMs = cpuMs
    self.energyMicrojoules = energyMicrojoules
  }
}

/// Why an attempt ended.
public enum AttemptOutcome: String, Sendable, CaseIterable {
  /// Every task ended with exit code 0.
  case succeeded
  case failed
  /// The agent was told to stop.
  case canceled
  case timeLimit
  case memoryLimit
  /// No task could be started.
  case launchFailed
  /// Another node of the attempt ended badly, so that this one was stopped.
  case peerEnded
}

/// The end of an attempt.
public struct AttemptEnd: Equatable, Sendable {
  /// Why it ended.
  public var outcome: AttemptOutcome
  /// How the first task that failed ended; else exit code 0.
  public var exit: TaskExit
  /// Words for people, where there is more to say.
  public var message: String?
  /// What was used in all.
  public var usage: AttemptUsage

  /// Makes the end of an attempt.
  public init(
    outcome: AttemptOutcome, exit: TaskExit, message: String? = nil, usage: AttemptUsage
  ) {
    self.outcome = outcome
    self.exit = exit
    self.message = message
    self.usage = usage
  }
}
