/// What a job runs and what it needs: the whole instruction for an agent.
///
/// A specification holds no secrets: those are named references that the agent resolves.
public struct JobSpec: Hashable, Codable, Sendable {
  /// Whether a job ends by itself or stays up and has an address.
  public enum Kind: String, Codable, Sendable, CaseIterable { case batch, service }

  /// A name for people; need not be unique.
  public var name: String
  /// Whether it ends by itself.
  public var kind: Kind
  /// Program and arguments; the first element is looked up in `PATH` when it has no slash.
  public var command: [String]
  /// Environment variables added to the agent's own, in order.
  public var environment: [EnvironmentVariable]
  /// Absolute path in which the command starts; nil is the attempt's own `work` folder.
  ///
  /// In an instruction, a path that is not absolute lies below the folder of the agent that reads it.
  public var workingDirectory: String?
  /// How many tasks run the command (1 or more); `AIFACTORY_TASK` tells each its number from 0.
  public var taskCount: Int
  /// What it may use.
  public var resources: JobResources
  /// Name of the site; nil is the embedded local one.
  public var site: String?
  /// Higher goes first among waiting jobs; 0 is usual; range -1000...1000.
  public var priority: Int
  /// What the factory uses the job for (`command`, `data`, `train`, `evaluate`, `replica`): selects who reads its reports.
  public var purpose: String
  /// After which ends the factory starts it again by itself; nil is after none.
  public var restart: JobRestart?
  /// Its place in an array; nil for a job of its own.
  public var array: JobArrayPlace?
  /// The files of which each attempt gets a fresh copy to start in; nil for none.
  public var code: JobCode?
  /// What the command finds installed; nil is what the node has.
  public var software: JobSoftware?
  /// The data that it finds in a folder; nil is none.
  public var data: JobData?
  /// What the factory's own program finds where its site does not see this machine's files; nil is nothing.
  public var stage: JobStage?
  /// What else it reads whose class counts where it runs; nil is nothing that the factory knows.
  public var reads: JobReads?
  /// How far it is kept apart; nil is not at all.
  public var isolation: JobIsolation?
  /// What it leaves and is kept as artifacts of its run; nil is nothing.
  public var outputs: JobOutputs?
  /// How many nodes run the command at once, each with an agent of its own; nil is one.
  public var nodes: Int?
  /// Of which service it is an instance; nil is of none.
  public var service: JobService?
  /// How it shares an allocation of the site's with others; nil has one of its own.
  public var packing: JobPacking?
  /// Identifiers of jobs, and of arrays for all of their jobs, that must succeed before it starts; nil is none.
  public var after: [String]?

  /// Purpose of replicas: services without a name, to which the gateway of predictions leads.
  public static let replicaPurpose = "replica"

  /// Most identifiers in `after`.
  public static let mostDependencies = 100

  /// Takes every value as it is.
  public init(
    name: String, kind: Kind = .batch, command: [String],
    environment: [EnvironmentVariable] = [], workingDirectory: String? = nil, taskCount: Int = 1,
    resources: JobResources = JobResources(), site: String? = nil, priority: Int = 0,
    purpose: String = "command", restart: JobRestart? = nil, array: JobArrayPlace? = nil
  ) {
    self.name = name
    self.kind = kind
    self.command = command
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.taskCount = taskCount
    self.resources = resources
    self.site = site
    self.priority = priority
    self.purpose = purpose
    self.restart = restart
    self.array = array
  }

  /// How many nodes run the command at once.
  public var nodeCount: Int { nodes ?? 1 }
}

/// One `NAME=VALUE` of a job's environment.
public struct EnvironmentVariable: Hashable, Codable, Sendable {
  /// Its name.
  public var name: String
  /// Its value.
  public var value: String

  /// Takes every value as it is.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a job may use, on each of its nodes.
public struct JobResources: Hashable, Codable, Sendable {
  /// CPU cores, 1 or more.
  public var cpus: Int
  /// Bytes of memory for the whole process tree; nil is unlimited.
  public var memoryBytes: Int64?
  /// Accelerators, 0 or more.
  public var gpus: Int
  /// Kind of the accelerators, by the site's word; nil is any.
  public var gpuType: String?
  /// What nodes of a cluster must have, by its words; nil is nothing.
  public var features: [String]?
  /// Wall-clock limit in milliseconds; nil is unlimited.
  public var timeLimitMs: Int64?
  /// Milliseconds between TERM and KILL.
  public var gracePeriodMs: Int64
  /// Bytes of captured output kept for each stream; what exceeds it is counted and dropped.
  public var outputLimitBytes: Int64

  /// Takes every value as it is.
  public init(
    cpus: Int = 1, memoryBytes: Int64? = nil, gpus: Int = 0, timeLimitMs: Int64? = nil,
    gracePeriodMs: Int64 = 5_000, outputLimitBytes: Int64 = 64 << 20
  ) {
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.gpus = gpus
    self.timeLimitMs = timeLimitMs
    self.gracePeriodMs = gracePeriodMs
    self.outputLimitBytes = outputLimitBytes
  }
}
