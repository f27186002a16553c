/// A step that a job's command has started on its cluster, as HTTP and `--output json` tell it.
public struct JobStepWire: Codable, Sendable, Equatable {
  /// The job.
  public var job: String
  /// Number of the step in the cluster's job.
  public var step: String
  /// How many tasks of it there are.
  public var taskCount: Int
  /// Processor time of all of them so far, in milliseconds.
  public var cpuMs: Int64
  /// Resident memory of all of them.
  public var memoryBytes: Int64

  /// Takes every value as it is.
  public init(job: String, step: String, taskCount: Int, cpuMs: Int64, memoryBytes: Int64) {
    self.job = job
    self.step = step
    self.taskCount = taskCount
    self.cpuMs = cpuMs
    self.memoryBytes = memoryBytes
  }
}

/// The answer of `GET /api/v1/sites/{name}/steps`.
public struct JobStepListWire: Codable, Sendable, Equatable {
  /// By job, then by number.
  public var steps: [JobStepWire]

  /// Takes the steps in their order.
  public init(steps: [JobStepWire]) { self.steps = steps }
}

extension JobStepWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "job": .text, "step": .text, "task_count": .count, "cpu_ms": .count, "memory_bytes": .count,
  ]
}

extension JobStepListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["steps": .list(.record(JobStepWire.self))]
}
