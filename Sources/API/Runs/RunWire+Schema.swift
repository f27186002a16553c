extension RunWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .matching("^[0-9a-f]{32}$"), "experiment": .matching("^[0-9]+$"), "name": .text,
    "status": .word(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]), "user": .text,
    "job?": .text, "started_at_ms": .integer, "ended_at_ms?": .integer, "metrics": .map(.number),
    "params": .map(.text), "tags": .map(.text), "inputs": .list(.record(Input.self)),
    "parent?": .matching("^[0-9a-f]{32}$"), "children?": .list(.record(Child.self)),
    "artifacts?": .list(.record(Artifact.self)),
  ]
}

extension RunWire.Child: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .matching("^[0-9a-f]{32}$"), "name": .text, "status": .text,
  ]
}

extension RunWire.Artifact: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["path": .text, "bytes": .count]
}

extension RunWire.Input: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "digest": .text, "context": .text, "dataset_version?": .text,
  ]
}

extension RunListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["runs": .list(.record(RunWire.self))]
}

extension MetricHistoryWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["key": .text, "points": .list(.record(Point.self))]
}

extension MetricHistoryWire.Point: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "value": .number, "step": .integer, "timestamp_ms": .integer,
  ]
}

extension ExperimentWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .matching("^[0-9]+$"), "name": .text, "lifecycle": .word(["active", "deleted"]),
    "tags": .map(.text), "created_at_ms": .integer, "updated_at_ms": .integer,
  ]
}

extension ExperimentListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["experiments": .list(.record(ExperimentWire.self))]
}

extension ImportRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["path": .absolutePath]
}

extension ImportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "experiments": .count, "runs": .count, "known_runs": .count, "metrics": .count,
    "params": .count, "inputs": .count, "artifacts": .count, "logged_models": .count,
    "known_logged_models": .count, "traces": .count, "known_traces": .count,
    "model_versions": .count, "refused": .list(.text), "remarks": .list(.text),
  ]
}
