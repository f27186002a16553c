extension JobSubmissionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id?": .text, "name?": .text, "kind?": .word(["batch", "service"]), "command": .list(.text),
    "environment?": .map(.text), "working_directory?": .absolutePath,
    "task_count?": .positive, "cpus?": .positive, "nodes?": .positive,
    "memory_bytes?": .positive, "gpus?": .count, "gpu_type?": .text, "features?": .list(.text),
    "time_limit_ms?": .positive,
    "grace_period_ms?": .count, "output_limit_bytes?": .count, "priority?": .integer,
    "site?": .text, "restart?": .record(JobRestartWire.self), "experiment?": .text,
    "code?": .absolutePath, "dataset?": .text, "software?": .record(JobSoftwareWire.self),
    "isolation?": .record(JobIsolationWire.self), "source?": .record(SourceWire.self),
    "outputs?": .list(.text), "after?": .list(.text),
  ]
}

extension JobWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "project": .text, "name": .text, "kind": .word(["batch", "service"]),
    "purpose": .text, "command": .list(.text), "state": state, "reason?": .text,
    "message?": .text, "attempt": .count, "exit_code?": .integer, "signal?": .integer,
    "priority": .integer, "task_count": .positive, "cpus": .positive, "nodes": .positive,
    "memory_bytes?": .count, "gpus": .count, "gpu_type?": .text, "features?": .list(.text),
    "time_limit_ms?": .count,
    "progress?": .record(Progress.self), "usage": .record(Usage.self), "created_at_ms": .integer,
    "started_at_ms?": .integer, "ended_at_ms?": .integer, "folder": .text,
    "run?": .text, "site": .text, "engine_id?": .text, "engine_state?": .text,
    "restart?": .record(JobRestartWire.self), "restarts": .count, "restart_reason?": .text,
    "array?": .record(JobArrayPlaceWire.self), "dataset?": .text, "code?": .text,
    "software?": .record(JobSoftwareWire.self), "isolation?": .record(JobIsolationWire.self),
    "service?": .text, "load?": .record(Load.self), "accounts?": .record(JobAccountWire.self),
    "outputs?": .list(.text), "energy_source?": .text,
    "steps?": .list(.record(JobStepWire.self)), "after?": .list(.text),
  ]

  /// The words of a job's state.
  public static let states = ["queued", "running", "stopping", "ended"]
  static let state = WireSchema.word(states)
}

extension JobSoftwareWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "modules?": .list(.text), "requirements?": .text, "container?": .text,
  ]
}

extension JobArrayWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "name": .text, "site": .text, "count": .positive, "states": .map(.count),
    "reasons": .map(.count), "at_most?": .positive,
  ]
}

extension JobArraySubmissionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id?": .text, "count": .positive, "at_most?": .positive,
    "job": .record(JobSubmissionWire.self),
  ]
}

extension JobArrayPlaceWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "index": .count, "count": .positive, "at_most?": .positive,
  ]
}

extension JobIsolationWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["network?": .flag]
}

extension JobAccountWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "engine_id": .text, "state": .text, "partition": .text, "account": .text, "qos": .text,
    "nodes": .text, "allocated": .text, "elapsed_seconds": .count,
    "allocated_core_seconds": .count, "used_cpu_ms": .count, "max_rss_bytes?": .count,
    "energy_joules?": .count, "emission?": .record(EmissionWire.self),
  ]
}

extension JobRestartWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "on": .list(.word(["timeout", "preemption", "node_failure"])), "at_most?": .positive,
  ]
}

extension JobWire.Progress: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["phase": .text, "share?": .number, "message": .text]
}

extension JobWire.Load: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "at_ms": .integer, "cpus": .number, "memory_bytes": .count, "energy_joules": .number,
    "energy_method": .text, "gpus?": .number, "emission?": .record(EmissionWire.self),
  ]
}

extension JobWire.Usage: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "cpu_ms": .count, "max_rss_bytes": .count, "stdout_bytes": .count, "stderr_bytes": .count,
    "dropped_output_bytes": .count, "memory_method?": .text, "gpu?": .record(JobWire.GPU.self),
  ]
}

extension JobWire.GPU: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "measured_ms": .count, "busy_ms": .count, "energy_joules?": .number,
    "max_memory_bytes?": .count, "emission?": .record(EmissionWire.self),
  ]
}

extension JobListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["jobs": .list(.record(JobWire.self))]
}

extension JobExplanationWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "state": JobWire.state, "reason?": .text, "sentences": .list(.text),
    "holders": .list(.text),
  ]
}
