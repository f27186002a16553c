extension StudyWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "name": .text, "job?": .text, "metric": .text,
    "goal": .word(["minimize", "maximize"]),
    "goals?": .list(.word(["minimize", "maximize"])), "metrics?": .list(.text), "sampler": .text,
    "pruner": .text,
    // 64 bits without a sign: more than an integer of most languages.
    "seed": .count, "created_at_ms": .integer, "budget?": .positive, "space?": .document,
    "warm_start?": .list(.record(Origin.self)), "user_attributes?": .map(.text),
    "trials?": .list(.record(Trial.self)),
  ]
}

extension StudyWire.Origin: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["study": .text, "trial": .count]
}

extension StudyWire.Trial: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "number": .count, "outcome": .word(["completed", "pruned", "failed"]), "value?": .number,
    "values?": .list(.number), "standard_errors?": .list(.number), "constraints?": .list(.number),
    "infeasible?": .flag,
    "steps": .count, "parameters": .map(.text), "started_at_ms": .integer,
    "ended_at_ms": .integer, "message?": .text, "user_attributes?": .map(.text),
    "enqueued?": .document,
    "promotion?": .record(TrialPromotionWire.self),
  ]
}

extension TrialPromotionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "trial": .count, "rung": .positive, "better": .count, "seen": .positive,
  ]
}

extension StudyListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["studies": .list(.record(StudyWire.self))]
}
