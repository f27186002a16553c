extension OptunaImportRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["path": .absolutePath, "study?": .text]
}

extension OptunaImportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["studies": .list(.record(Study.self))]
}

extension OptunaImportWire.Study: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "name": .text, "trials": .count, "known_trials": .count,
    "unfinished_trials": .count,
  ]
}

extension OptunaExportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["path": .absolutePath, "trials?": .count]
}
