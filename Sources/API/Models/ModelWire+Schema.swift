extension ModelVersionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "version": .positive,
    "status": .word(["READY", "PENDING_REGISTRATION", "FAILED_REGISTRATION"]),
    "aliases": .list(.text), "run?": .text, "job?": .text, "dataset_version?": .text,
    "package?": .text, "signature?": .text, "provenance?": .text, "description": .text,
    "created_at_ms": .integer,
  ]
}

extension ModelWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "description": .text, "last_version": .count,
    "aliases": .map(.positive), "created_at_ms": .integer, "updated_at_ms": .integer,
    "versions?": .list(.record(ModelVersionWire.self)),
  ]
}

extension ModelListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["models": .list(.record(ModelWire.self))]
}

extension AliasWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["alias": .text, "version": .integer]
}

extension ModelExportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "format_version": .positive, "name": .text, "version": .positive, "aliases": .list(.text),
    "tags": .map(.text), "description": .text, "signature?": .text, "provenance?": .text,
    "package": .text, "files": .list(.record(File.self)),
  ]
}

extension ModelExportWire.File: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "path": .text, "sha256": .text, "bytes": .count, "is_generated": .flag,
  ]
}

extension ModelImportRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "files": .list(.record(ModelExportWire.File.self)),
    "export?": .record(ModelExportWire.self),
  ]
}

extension ModelImportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "model_version": .record(ModelVersionWire.self), "files": .count, "bytes": .count,
    "remarks": .list(.text),
  ]
}
