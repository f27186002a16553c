extension StudyTermsWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "goal?": .word(["minimize", "maximize"]), "metric?": .text,
    "space?": .document, "sampler?": .text, "pruner?": .text, "seed?": .count,
    "budget?": .positive, "steps?": .positive, "lease_ms?": .positive,
    "stop_below?": .number, "warm_start?": .list(.text),
    "goals?": .list(.word(["minimize", "maximize"])), "metrics?": .list(.text),
  ]

  /// A word that is mistyped would leave its default in force.
  public static let isClosed = true
}

extension StudyAskWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["worker": .text, "key": .text]
}

extension StudyAskedWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "done": .flag, "trial?": .record(Trial.self), "wait_ms?": .count,
  ]
}

extension StudyAskedWire.Trial: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "number": .count, "attempt": .positive, "point": .document, "lease_ms": .positive,
    "user_attributes?": .map(.text),
    "promotion?": .record(TrialPromotionWire.self),
  ]
}

extension TrialReportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["attempt": .positive, "step": .count, "value": .number]
}

extension TrialVerdictWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["prune": .flag, "lost": .flag, "reason?": .text]
}

extension TrialAttemptWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["attempt": .positive]
}

extension TrialLeaseWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["lost": .flag]
}

extension TrialSuggestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "attempt": .positive, "parameter": .document, "given?": .flag,
  ]
}

extension TrialPointWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["lost": .flag, "point": .document, "note?": .text]
}

extension TrialTellWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "attempt": .positive, "outcome": .word(["completed", "pruned", "failed"]), "value?": .number,
    "values?": .list(.number), "standard_errors?": .list(.number),
    "constraints?": .list(.number), "message?": .text, "used?": .list(.text),
  ]
}

extension TrialToldWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["told": .flag, "lost": .flag]
}

extension StudyBestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "number?": .count, "value?": .number, "constraints?": .list(.number), "point?": .document,
    "user_attributes?": .map(.text),
  ]
}

extension StudyFrontierWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["trials": .list(.record(Trial.self))]
}

extension StudyFrontierWire.Trial: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "number": .count, "values": .list(.number), "constraints?": .list(.number),
    "point": .document, "user_attributes?": .map(.text),
  ]
}

extension StudyStateWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "trials": .count, "running": .count, "completed": .count, "pruned": .count,
    "failed": .count, "infeasible?": .count, "waiting?": .count, "user_attributes?": .map(.text),
    "expected_improvement?": .number,
  ]
}
