extension StudyEnqueueWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "point": .document, "key": .text, "user_attributes?": .map(.text), "skip_if_exists?": .flag,
  ]
}

extension StudyEnqueuedWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["enqueued": .flag, "waiting": .count]
}

extension StudyAttributeWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["key": .text, "value_json": .text]
}

extension TrialAttributeWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "attempt": .positive, "key": .text, "value_json": .text,
  ]
}
