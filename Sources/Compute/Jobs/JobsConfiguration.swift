public import Basics
public import JobProtocol

/// Where jobs run and how much of the machine they may use.
public struct JobsConfiguration: Sendable {
  /// Folder with one folder per job.
  public var folder: String
  /// Path of the agent's program; nil looks in `AIFACTORY_AGENT`, then beside this program.
  public var agentPath: String?
  /// What the local site has; nil takes the machine's.
  public var capacity: SiteCapacity?
  /// Milliseconds after which a waiting job is no longer overtaken by younger, smaller ones.
  public var patienceMs: Int64
  /// The time in milliseconds since 1970, UTC.
  public var now: @Sendable () -> Int64
  /// Variables that an attempt starts with and that are not kept with its job, such as addresses and
  /// secrets of the running server; those of the job itself come after them.
  public var launchEnvironment: @Sendable (JobSpec) -> [EnvironmentVariable] = { _ in [] }

  /// Takes every value as it is.
  public init(
    folder: String, agentPath: String? = nil, capacity: SiteCapacity? = nil,
    patienceMs: Int64 = 30_000, now: @escaping @Sendable () -> Int64 = { systemTimeMs() }
  ) {
    self.folder = folder
    self.agentPath = agentPath
    self.capacity = capacity
    self.patienceMs = patienceMs
    self.now = now
  }

  /// The jobs of a home, on all of this machine.
  public init(home: FactoryHome) { self.init(folder: home.jobsPath) }
}
