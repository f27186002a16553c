import Foundation

/// Loads files that carry names and types of their own: Parquet and JSON.
struct ColumnarReader {
  let connection: DuckDBConnection
  private(set) var remarks: [DatasetProfile.Warning] = []

  init(connection: DuckDBConnection) { self.connection = connection }

  /// Loads Parquet files as one table.
  mutating func loadParquet(
    _ files: [DatasetRequest.SourceFile], as table: String
  ) throws -> LoadedTable {
    let source = "read_parquet(\(literals(files.map(\.path))), union_by_name=true)"
    return try load(source, files: files, as: table)
  }

  /// Loads JSON files, one object a line or an array of objects, as one table.
  mutating func loadJSON(
    _ files: [DatasetRequest.SourceFile], isGzipped: Bool, as table: String
  ) throws -> LoadedTable {
    let source =
      "read_json(\(literals(files.map(\.path))), format='auto', records=true, "
      + "union_by_name=true, sample_size=20480, maximum_object_size=67108864, "
      + "convert_strings_to_integers=false, compression='\(isGzipped ? "gzip" : "none")')"
    return try load(source, files: files, as: table)
  }

  private mutating func load(
    _ source: String, files: [DatasetRequest.SourceFile], as table: String
  ) throws -> LoadedTable {
    do {
      let found = try fields(of: "*", in: source, prefix: "", depth: 0)
      let originals = found.map(\.name)
      let types = found.map(\.type)
      let (names, renamed) = ColumnNames.unique(originals)
      remarks += renamed
      let values = found.enumerated().map { index, field in
        "\(Self.value(of: field.expression, type: field.type)) AS c\(index)"
      }
      try connection.execute(
        "CREATE TABLE \(table) AS SELECT \(values.joined(separator: ", ")) FROM \(source)")
      let columns = zip(names, types).enumerated().map { index, column in
        if Self.isNested(column.1) {
          remarks.append(
            DatasetProfile.Warning(
              code: "nested", column: column.0,
              message: "Column \(column.0) holds nested values; they are taken as JSON text."))
        }
        return LoadedTable.Column(
          name: column.0, expression: "c\(index)", type: Self.engineType(of: column.1))
      }
      return LoadedTable(table: table, columns: columns)
    } catch let failure as SQLFailure {
      throw explained(failure, files: files)
    }
  }

  /// A value in the files, perhaps inside an object.
  private struct Field {
    var name: String
    var expression: String
    var type: String
  }

  /// The columns of a source; objects in a column become columns called `outer.inner`.
  private func fields(
    of expression: String, in source: String, prefix: String, depth: Int
  ) throws -> [Field] {
    let selected = depth == 0 ? expression : "unnest(\(expression))"
    let described = try connection.query("DESCRIBE SELECT \(selected) FROM \(source)").rows()
    return try described.flatMap { row -> [Field] in
      let name = row[0].text ?? ""
      let type = row[1].text ?? ""
      let inner = depth == 0 ? quoted(name) : "\(expression).\(quoted(name))"
      if type.hasPrefix("STRUCT("), !type.hasSuffix("]"), depth < 4 {
        return try fields(of: inner, in: source, prefix: prefix + name + ".", depth: depth + 1)
      }
      return [Field(name: prefix + name, expression: inner, type: type)]
    }
  }

  private func explained(
    _ failure: SQLFailure, files: [DatasetRequest.SourceFile]
  ) -> DataError {
    if failure.isOutOfMemory { return .outOfMemory(reading: files[0].source.name) }
    let name =
      files.first { failure.message.contains($0.path) }?.source.name
      ?? files[0].source.name
    let reason = files.reduce(failure.summary) {
      $0.replacingOccurrences(of: $1.path, with: $1.source.name)
    }
    return DataError(
      .sourceUnreadable, "\(name) cannot be read: \(reason)",
      hint: "The file may be damaged or incomplete: copy it again.")
  }

  private static func isNested(_ type: String) -> Bool {
    type.hasPrefix("STRUCT") || type.hasPrefix("MAP") || type.hasSuffix("]") || type == "JSON"
      || type.hasPrefix("UNION")
  }

  /// The engine type that a column of `type` is turned into.
  static func engineType(of type: String) -> String {
    switch type {
    case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
      return "BIGINT"
    case "FLOAT", "DOUBLE", "HUGEINT", "UHUGEINT", "UBIGINT", "TIME", "INTERVAL": return "DOUBLE"
    case "BOOLEAN": return "BOOLEAN"
    default:
      if type.hasPrefix("DECIMAL") { return "DOUBLE" }
      if type.hasPrefix("TIMESTAMP") || type == "DATE" { return "TIMESTAMP" }
      return "VARCHAR"
    }
  }

  private static func value(of column: String, type: String) -> String {
    switch type {
    case "FLOAT", "DOUBLE":
      return "CASE WHEN isfinite(\(column)) THEN CAST(\(column) AS DOUBLE) END"
    case "TIME", "INTERVAL": return "epoch(\(column))"
    default:
      return isNested(type)
        ? "CAST(to_json(\(column)) AS VARCHAR)" : "CAST(\(column) AS \(engineType(of: type)))"
    }
  }
}
