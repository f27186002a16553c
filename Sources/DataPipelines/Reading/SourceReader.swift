import Basics
import Foundation

/// Loads source files into tables of the engine.
struct SourceReader {
  let connection: DuckDBConnection
  /// A folder for files in between.
  let scratch: String
  /// A column that a header is expected to hold; may be empty.
  let target: String

  /// Remarks about what was read.
  private(set) var remarks: [DatasetProfile.Warning] = []

  init(connection: DuckDBConnection, scratch: String, target: String) {
    self.connection = connection
    self.scratch = scratch
    self.target = target
  }

  /// Loads all files as one table called `table`; columns are joined by their names.
  mutating func load(_ files: [DatasetRequest.SourceFile], as table: String) throws -> LoadedTable {
    guard let first = files.first else {
      throw DataError(.sourceMissing, "No source file is named.", hint: "Set `data.source`.")
    }
    var groups: [(kind: SourceKind, files: [DatasetRequest.SourceFile])] = []
    for file in files {
      let kind = try inspect(file)
      if let last = groups.indices.last, groups[last].kind == kind, kind.mayShareRead {
        groups[last].files.append(file)
      } else {
        groups.append((kind, [file]))
      }
    }
    if groups.count == 1 {
      return try load(groups[0].files, kind: groups[0].kind, as: table)
    }
    var parts: [LoadedTable] = []
    for (index, group) in groups.enumerated() {
      parts.append(try load(group.files, kind: group.kind, as: "\(table)_\(index)"))
    }
    return try unite(parts, as: table, first: first.source.name)
  }

  /// Notes a remark about a source.
  mutating func remark(_ code: String, column: String? = nil, _ message: String) {
    remark([DatasetProfile.Warning(code: code, column: column, message: message)])
  }

  /// Notes what another reader remarked.
  mutating func remark(_ others: [DatasetProfile.Warning]) {
    for other in others where !remarks.contains(other) { remarks.append(other) }
  }

  private mutating func inspect(_ file: DatasetRequest.SourceFile) throws -> SourceKind {
    let name = file.source.name
    let sample = try FileSample(path: file.path, name: name)
    switch try FileFormat.detect(name: name, sample: sample) {
    case .parquet: return .parquet
    case .json(let isGzipped): return .json(isGzipped: isGzipped)
    case .csv(let isGzipped):
      let reader = CSVReader(connection: connection, scratch: scratch, target: target)
      return .csv(try reader.inspect(file, sample: sample, isGzipped: isGzipped))
    }
  }

  private mutating func load(
    _ files: [DatasetRequest.SourceFile], kind: SourceKind, as table: String
  ) throws -> LoadedTable {
    let loaded: LoadedTable
    let found: [DatasetProfile.Warning]
    switch kind {
    case .csv(let inspection):
      var reader = CSVReader(connection: connection, scratch: scratch, target: target)
      loaded = try reader.load(files, inspection: inspection, as: table)
      found = reader.remarks
    case .json(let isGzipped):
      var reader = ColumnarReader(connection: connection)
      loaded = try reader.loadJSON(files, isGzipped: isGzipped, as: table)
      found = reader.remarks
    case .parquet:
      var reader = ColumnarReader(connection: connection)
      loaded = try reader.loadParquet(files, as: table)
      found = reader.remarks
    }
    remark(found)
    return loaded
  }

  /// One table of several whose columns differ; a column that a file lacks is missing in its rows.
  private mutating func unite(
    _ parts: [LoadedTable], as table: String, first: String
  ) throws -> LoadedTable {
    var columns: [LoadedTable.Column] = []
    for column in parts.flatMap(\.columns) {
      if let index = columns.firstIndex(where: {
        $0.name.lowercased() == column.name.lowercased()
      }) {
        columns[index].type = commonType(columns[index].type, column.type)
      } else {
        columns.append(column)
      }
    }
    let selects = parts.map { part in
      let values = columns.enumerated().map { index, column in
        let value = part.column(named: column.name)?.expression ?? "NULL"
        return "CAST(\(value) AS \(column.type)) AS c\(index)"
      }
      return "SELECT \(values.joined(separator: ", ")) FROM \(part.table)"
    }
    for column in columns {
      let lacking = parts.count { $0.column(named: column.name) == nil }
      if lacking > 0 {
        remark(
          "partial_column", column: column.name,
          "The files of \(first) differ: \(lacking) of \(parts.count) groups of files "
            + "have no column \(column.name).")
      }
    }
    try connection.execute(
      "CREATE TABLE \(table) AS \(selects.joined(separator: " UNION ALL "))")
    for part in parts { try connection.execute("DROP TABLE \(part.table)") }
    return LoadedTable(
      table: table,
      columns: columns.enumerated().map { index, column in
        LoadedTable.Column(name: column.name, expression: "c\(index)", type: column.type)
      })
  }
}

/// What a file turned out to be; files of equal kinds are read in one go.
enum SourceKind: Equatable {
  case csv(CSVInspection)
  case json(isGzipped: Bool)
  case parquet

  /// Whether several such files are read by one statement.
  var mayShareRead: Bool { true }
}

/// The narrowest engine type that holds values of both.
func commonType(_ one: String, _ other: String) -> String {
  if one == other { return one }
  let numbers: Set<String> = ["BIGINT", "DOUBLE"]
  return numbers.contains(one) && numbers.contains(other) ? "DOUBLE" : "VARCHAR"
}
