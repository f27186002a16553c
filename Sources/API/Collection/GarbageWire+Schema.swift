extension GarbageRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "dry_run?": .flag, "grace_ms?": .count, "object_age_ms?": .count,
    "unused_ms?": .count,
  ]
}

extension GarbageWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "dry_run": .flag, "experiments": .list(.text), "runs": .list(.text),
    "logged_models": .list(.text), "traces": .count, "metric_points": .count,
    "artifacts": .count, "uploads": .count, "objects": .record(Heap.self),
    "job_folders": .record(Heap.self), "package_folders": .record(Heap.self),
    "environments": .record(Heap.self), "data_folders": .record(Heap.self),
    "site_files": .record(Heap.self),
    "leftovers": .record(Heap.self), "remarks": .list(.text),
  ]
}

extension GarbageWire.Heap: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["count": .count, "bytes": .count]
}
