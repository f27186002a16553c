import Basics

extension DatasetWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "version_count": .count, "latest": .record(DatasetVersionWire.self),
    "created_at_ms": .integer, "updated_at_ms": .integer, "data_class": DatasetClassWire.word,
  ]
}

extension DatasetListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["datasets": .list(.record(DatasetWire.self))]
}

extension DatasetVersionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "dataset": .text, "number": .positive, "row_count": .count,
    "columns": .list(.record(Column.self)), "splits": .map(.count), "split_rule": .text,
    "sources": .list(.record(Source.self)), "folder": .text, "job?": .text,
    "created_at_ms": .integer, "data_class": DatasetClassWire.word,
  ]
}

extension DatasetClassWire: DescribedWire {
  /// A class of data.
  static let word = WireSchema.word(DataClass.allCases.map(\.rawValue))

  /// What stands in it.
  public static let fields: WireFields = ["data_class": word, "may_lower?": .flag]
}

extension DatasetVersionWire.Column: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["name": .text, "type": .text, "role": .text]
}

extension DatasetVersionWire.Source: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "sha256": .text, "bytes": .count, "part": .text,
  ]
}

extension DatasetVersionListWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["versions": .list(.record(DatasetVersionWire.self))]
}

extension DatasetImportRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "name": .text, "source": .text, "base_folder": .absolutePath, "target?": .text,
    "exclude?": .list(.text), "data_class?": DatasetClassWire.word,
  ]
}

extension DatasetImportWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "id": .text, "status": .word(["running", "succeeded", "failed"]), "message": .text,
    "job?": .text, "version?": .record(DatasetVersionWire.self),
    "error?": .record(ErrorWire.Body.self),
  ]
}
