extension ModelReferenceWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "version": .positive]
}

extension EndpointWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "url": .text, "status": .word(["ready", "starting", "failed"]),
    "explanation?": .text, "model_version?": .record(ModelReferenceWire.self),
    "deployments": .list(.record(Deployment.self)), "replicas": .list(.record(Replica.self)),
    "created_at_ms": .integer,
  ]
}

extension EndpointWire.Deployment: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "model_version": .record(ModelReferenceWire.self), "site?": .text,
    "state": .word(["starting", "live", "draining", "ended"]), "reason?": .text,
    "message?": .text, "created_at_ms": .integer, "ended_at_ms?": .integer,
  ]
}

extension EndpointWire.Replica: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "deployment": .text, "job": .text,
    "state": .word(["starting", "healthy", "ended"]), "reason?": .text, "created_at_ms": .integer,
  ]
}

extension EndpointListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["endpoints": .list(.record(EndpointWire.self))]
}

extension DeployRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "model": .text, "version?": .positive, "alias?": .text, "python?": .text, "site?": .text,
    "cpus?": .positive, "memory_bytes?": .integer, "gpus?": .count, "time_limit_ms?": .integer,
  ]
}

extension PredictionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "time_ms": .integer, "endpoint": .text,
    "model_version": .record(ModelReferenceWire.self), "deployment": .text, "replica": .text,
    "input_digest": .text, "row": .count,
  ]
}

extension EnvironmentWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "status": .word(["none", "ready", "building"]), "hash?": .text, "job?": .text,
  ]
}
