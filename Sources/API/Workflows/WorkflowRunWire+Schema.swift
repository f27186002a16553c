extension WorkflowRunWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "workflow_run": .text, "name": .text,
    "status": .word(["queued", "running", "succeeded", "failed", "canceled"]),
    "created_at_ms": .integer, "stages": .list(.record(Stage.self)), "dataset_version?": .text,
    "run?": .text, "study?": .text, "best_run?": .text,
    "model_version?": .record(ModelVersion.self),
    "endpoint?": .record(Endpoint.self), "metrics": .map(.map(.number)),
    "gates": .list(.record(Gate.self)), "report?": .text, "error?": .record(ErrorWire.Body.self),
  ]
}

extension WorkflowRunWire.Stage: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text,
    "status": .word(["pending", "running", "succeeded", "failed", "canceled", "skipped"]),
    "reused": .flag, "seconds?": .number, "job?": .text,
    "progress?": .record(WorkflowRunWire.Progress.self), "error?": .record(ErrorWire.Body.self),
  ]
}

extension WorkflowRunWire.Progress: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "phase": .text, "share?": .number, "message": .text, "trials?": .count,
    "trial_limit?": .count, "best_value?": .number, "trials_per_second?": .number,
    "seconds_left?": .number,
  ]
}

extension WorkflowRunWire.ModelVersion: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "version": .positive]
}

extension WorkflowRunWire.Endpoint: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "url": .text]
}

extension WorkflowRunWire.Gate: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "metric": .text, "slice?": .text, "kind": .word(["at_most", "at_least", "max_gap"]),
    "limit": .number, "value?": .number, "passed": .flag,
  ]
}

extension WorkflowRunListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["workflow_runs": .list(.record(WorkflowRunWire.self))]
}

extension WorkflowSubmissionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "text": .text, "path": .text, "base_folder": .absolutePath, "source?": .record(SourceWire.self),
  ]
}

extension WorkflowPlanWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "stages": .list(.record(Stage.self))]
}

extension WorkflowPlanWire.Stage: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "action": .word(["run", "reuse"]), "reasons": .list(.text), "key?": .text,
    "site?": .text,
  ]
}

extension ExplanationWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["id": .text, "chain": .list(.record(Link.self))]
}

extension ExplanationWire.Link: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["kind": .text, "id": .text, "details": .list(.text)]
}
