extension ServiceWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "project": .text, "name": .text,
    "state": .word(["down", "up", "stopping", "ended"]), "url": .text, "site": .text,
    "sentences": .list(.text), "renews_at_ms?": .integer, "created_at_ms": .integer,
    "ended_at_ms?": .integer, "instances": .list(.record(Instance.self)),
  ]
}

extension ServiceWire.Instance: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "job": .text, "number": .positive,
    "role": .word(["starting", "serving", "draining", "ended"]), "state": JobWire.state,
    "reason?": .text, "host?": .text, "port?": .positive, "listening_since_ms?": .integer,
    "ends_at_ms?": .integer,
  ]
}

extension ServiceSubmissionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id?": .text, "name": .text, "job": .record(JobSubmissionWire.self), "port_variable?": .text,
    "ready_path?": .text, "renew_before_ms?": .positive, "drain_ms?": .count,
  ]
}

extension ServiceListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["services": .list(.record(ServiceWire.self))]
}
