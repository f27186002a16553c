extension BackupRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["path": .absolutePath]
}

extension BackupWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "path": .text, "created_at_ms": .integer, "program": .text, "ledger_bytes": .count,
    "objects": .count, "object_bytes": .count,
  ]
}
