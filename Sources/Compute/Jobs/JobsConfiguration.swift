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
  /// What the agent of an attempt is told about its job's run; nothing of it is kept with the job.
  public var tracking: @Sendable (Job) async throws -> AttemptTracking? = { _ in nil }

  /// The factory's home, whose files tell programs where the server is; nil where tasks are not told.
  public var home: String?
  /// Folders that jobs which are kept apart must not see.
  public var hidden: [String] = []
  /// Folders below those that such jobs may read.
  public var readable: [String] = []

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
  public init(home: FactoryHome) {
    self.init(folder: home.jobsPath)
    self.home = home.path
    hidden = [home.path]
    readable = ["environments", "engines"].map { home.path + "/" + $0 }
  }
}
