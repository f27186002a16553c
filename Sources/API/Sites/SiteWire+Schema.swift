extension SiteWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "driver": .word(["local", "slurm"]), "scratch?": .text, "partition?": .text,
    "account?": .text, "qos?": .text, "commands?": .text, "configuration?": .text,
    "ssh?": .record(SSHWire.self), "rest?": .record(RESTWire.self), "cluster?": .text,
    "version?": .text, "has_accounting": .flag,
    "accounts?": .list(.record(Account.self)), "partitions": .list(.record(Partition.self)),
    "discovered_at_ms?": .integer,
    "created_at_ms?": .integer, "declaration": .record(SiteDeclarationWire.self),
  ]
}

extension SiteWire.Account: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "qos": .list(.text)]
}

extension SSHWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "destination": .text, "port?": .positive, "jump?": .text, "identity?": .absolutePath,
    "known_hosts?": .absolutePath,
  ]
}

extension RESTWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "url": .text, "user": .text, "token_file?": .absolutePath, "token_variable?": .text,
    "token_command?": .text,
  ]
}

extension SiteWire.Partition: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "is_default": .flag, "availability": .text, "time_limit_seconds?": .count,
    "nodes": .list(.record(SiteWire.NodeKind.self)),
  ]
}

extension SiteWire.NodeKind: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "count": .count, "cpus": .count, "memory_bytes": .count, "gpus": .count,
    "gpu_types?": .map(.count), "features?": .list(.text),
  ]
}

extension SiteListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["sites": .list(.record(SiteWire.self))]
}

extension SiteAdditionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "scratch": .absolutePath, "partition?": .text, "account?": .text,
    "qos?": .text, "commands?": .absolutePath, "configuration?": .absolutePath,
    "ssh?": .record(SSHWire.self), "rest?": .record(RESTWire.self),
    "declaration?": .record(SiteDeclarationWire.self),
  ]
}

extension SiteRemovalWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "removed": .text, "count": .count, "bytes": .count, "remarks": .list(.text),
  ]
}

extension SiteReportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "site": .text, "works": .flag, "checks": .list(.record(Check.self)), "job?": .text,
  ]
}

extension SiteReportWire.Check: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "verdict": .word(["works", "fails", "note"]), "words": .text, "hint?": .text,
  ]
}
