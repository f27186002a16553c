/// What `POST /api/v1/jobs` takes: a command, and what it needs where that is not usual.
public struct JobSubmissionWire: Codable, Sendable, Equatable {
  /// Identifier that the caller drew, which makes the request safe to repeat; usually absent.
  public var id: String?
  /// A name for people; the program's name by default.
  public var name: String?
  /// `batch` (default) or `service`.
  public var kind: String?
  /// Program and arguments.
  public var command: [String]
  /// Environment variables beside the server's own.
  public var environment: [String: String]?
  /// Absolute path in which the command starts; a folder of the job's own by default.
  public var workingDirectory: String?
  /// How many tasks run the command; 1 by default.
  public var taskCount: Int?
  /// CPU cores; 1 by default.
  public var cpus: Int?
  /// Nodes that run the command at once; one by default.
  public var nodes: Int?
  /// Bytes of memory of all processes together; no limit by default.
  public var memoryBytes: Int64?
  /// Accelerators; none by default.
  public var gpus: Int?
  /// Kind of the accelerators, as the site has it; any by default.
  public var gpuType: String?
  /// What a cluster's nodes must have, by its words; nothing by default.
  public var features: [String]?
  /// Milliseconds that the job may run; no limit by default.
  public var timeLimitMs: Int64?
  /// Milliseconds between the request to end and the kill.
  public var gracePeriodMs: Int64?
  /// Bytes kept of each of the two outputs.
  public var outputLimitBytes: Int64?
  /// Higher goes first; 0 by default.
  public var priority: Int?
  /// Name of the site where it runs; this machine by default.
  public var site: String?
  /// When it is started again by itself; never by default.
  public var restart: JobRestartWire?
  /// How far it is kept apart from what else is on its machine; not at all by default.
  public var isolation: JobIsolationWire?
  /// Name of the experiment in which the job gets a run of its own; none by default.
  public var experiment: String?
  /// Absolute path of a folder of which each attempt gets a copy, as it is now, to start in.
  public var code: String?
  /// A dataset version whose files the command finds in a folder: `NAME`, `NAME@3` or `dv_…`.
  public var dataset: String?
  /// Files and folders, below where the command starts, that become artifacts of the job's run.
  public var outputs: [String]?
  /// What the command finds installed; what the node has by default.
  public var software: JobSoftwareWire?
  /// Identifiers of jobs, and of arrays for all of their jobs, that must succeed before it starts; none by default.
  public var after: [String]?
  /// Who asks, and out of which working copy.
  public var source: SourceWire?

  /// Asks for a command with everything else as usual.
  public init(command: [String]) { self.command = command }
}
