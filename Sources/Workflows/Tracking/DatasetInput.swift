internal import Basics
internal import DataPipelines
internal import Experimentation

/// A dataset version as the input of a run, in the shape that MLflow's clients read.
struct DatasetInput {
  var dataset: StageOutput.DataOutput
  /// The workflow's name.
  var name: String
  /// At which relative sources start.
  var baseFolder: String

  /// The splits that a context stands for.
  private static let splits = ["training": ["train", "validation"], "test": ["test"]]

  /// The input with columns and counts where the ledger knows the version.
  ///
  /// - Parameter context: `training` or `test`.
  func input(_ context: String, in db: LedgerTransaction) throws -> RunInput {
    let source = source
    return RunInput(
      name: name, digest: dataset.datasetVersion, context: context, sourceType: source.type,
      source: Self.json([JSONMember(source.key, .string(source.value))]),
      datasetVersion: dataset.datasetVersion,
      schema: try manifest(in: db).map(Self.schema) ?? "", profile: profile(context))
  }

  private func manifest(in db: LedgerTransaction) throws -> DatasetManifest? {
    guard let id = Identifier<DatasetVersion>(dataset.datasetVersion) else { return nil }
    do {
      return try DatasetStore.version(id, in: db).manifest
    } catch let error as DataError where error.code == .datasetNotFound {
      return nil
    }
  }

  /// Where the first file of the data came from, as MLflow's `DatasetSource` of its type has it.
  private var source: (type: String, key: String, value: String) {
    let first = (dataset.sources.first { $0.part == "data" } ?? dataset.sources.first)?.name
    let name = dataset.origin ?? first ?? ""
    if name.hasPrefix("s3://") { return ("s3", "uri", name) }
    if name.hasPrefix("http://") || name.hasPrefix("https://") { return ("http", "url", name) }
    return ("local", "uri", name.hasPrefix("/") ? name : "\(baseFolder)/\(name)")
  }

  private func profile(_ context: String) -> String {
    let counts = Self.splits[context, default: []].compactMap { dataset.splitRowCounts[$0] }
    let splits = dataset.splitRowCounts.sorted { $0.key < $1.key }
    return Self.json(
      [JSONMember("num_rows", .number(Double(counts.reduce(0, +))))]
        + splits.map { JSONMember("rows_\($0.key)", .number(Double($0.value))) }
        + [JSONMember("sources", .number(Double(dataset.sources.count)))])
  }

  /// Columns in MLflow's words; very wide tables have none, as their list would be refused.
  private static func schema(_ manifest: DatasetManifest) -> String {
    guard manifest.columns.count <= 5_000 else { return "" }
    let columns = manifest.columns.map { column in
      JSONValue.object([
        JSONMember("type", .string(type(column.type))), JSONMember("name", .string(column.name)),
        JSONMember("required", .bool(column.role == .target)),
      ])
    }
    return json([JSONMember("mlflow_colspec", .array(columns))])
  }

  private static func type(_ type: ColumnType) -> String {
    switch type {
    case .integer: "long"
    case .decimal: "double"
    case .boolean: "boolean"
    case .timestamp: "datetime"
    case .category, .text: "string"
    }
  }

  private static func json(_ members: [JSONMember]) -> String {
    String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
  }
}
