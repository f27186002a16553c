import Synchronization

/// Columns that a workflow's SQL derives, computed for rows outside of its dataset.
///
/// The same expressions run in the same engine as in the data stage, without access to files or the
/// network. A window sees the rows that are given, and nothing before them.
public final class RowDerivation: Sendable {
  /// What is needed to derive columns, kept with a model.
  public struct Plan: Codable, Sendable, Equatable {
    /// Columns of the sources, which expressions may read.
    public var sources: [DatasetManifest.Column]
    /// The derived columns in order; later ones may read earlier ones.
    public var steps: [DatasetRequest.Derivation]

    /// Takes every value as it is.
    public init(sources: [DatasetManifest.Column], steps: [DatasetRequest.Derivation]) {
      self.sources = sources
      self.steps = steps
    }
  }

  /// What is derived from what.
  public let plan: Plan
  private let libraryPath: String?
  private let connection = Mutex<DuckDBConnection?>(nil)

  /// - Parameter libraryPath: of DuckDB, loaded when it is first needed; nil where it is not installed.
  public init(plan: Plan, libraryPath: String?) {
    self.plan = plan
    self.libraryPath = libraryPath
  }

  /// Derives columns for the rows of `table`, in their order.
  ///
  /// - Parameters:
  ///   - wanted: names and types of derived columns.
  ///   - table: holds source columns; those that it lacks are null.
  /// - Throws: `SQLFailure` where an expression cannot be computed for these rows; `engine_missing`.
  public func derive(_ wanted: [(name: String, type: ColumnType)], of table: Table) throws -> Table
  {
    try connection.withLock { connection in
      let open = try connection ?? Self.open(libraryPath)
      connection = open
      try load(table, into: open)
      let sql = try selection(wanted.map(\.name), in: open)
      let expressions = wanted.map { ParquetTable.expression(quoted($0.name), as: $0.type) }
      var builders = wanted.map { ColumnBuilder(type: $0.type) }
      try open.query(
        "SELECT \(expressions.joined(separator: ", ")) FROM (\(sql)) ORDER BY _row"
      ).forEachChunk { chunk in
        for index in builders.indices {
          builders[index].append(chunk.vector(index), count: chunk.count)
        }
      }
      return Table(
        columns: zip(wanted, builders).map {
          TableColumn(name: $0.name, type: $0.type, values: $1.values)
        }, rowCount: table.rowCount)
    }
  }

  private static func open(_ libraryPath: String?) throws -> DuckDBConnection {
    guard let libraryPath else {
      throw DataError(
        .engineMissing, "DuckDB, which derives columns, is not installed.",
        hint: "Install it with `aifactory engines install`, or send the derived columns.")
    }
    let connection = try DuckDBLibrary(path: libraryPath).open(
      DuckDBSettings(threads: 1, memoryBytes: 512 << 20))
    try connection.execute("SET enable_external_access = false")
    try connection.execute("SET lock_configuration = true")
    return connection
  }

  /// The query of all steps that can be computed; those that cannot are left out unless wanted.
  private func selection(_ wanted: [String], in connection: DuckDBConnection) throws -> String {
    var sql = "SELECT * FROM request"
    for step in plan.steps {
      let value = "(\(step.sql)\n) AS \(quoted(step.name))"
      let isReplacing = plan.sources.contains {
        $0.name.lowercased() == step.name.lowercased()
      }
      let derived =
        isReplacing
        ? "SELECT * REPLACE (\(value)) FROM (\(sql))" : "SELECT *, \(value) FROM (\(sql))"
      do {
        try connection.execute("EXPLAIN \(derived)")
      } catch {
        // A column that only the dataset needs, such as its target, may read what no request has.
        if wanted.contains(step.name) { throw error }
        continue
      }
      sql = derived
    }
    return sql
  }

  private static let rowsPerStatement = 500

  private func load(_ table: Table, into connection: DuckDBConnection) throws {
    let columns = plan.sources.map { SQLColumn($0, values: table[$0.name]?.values) }
    let definitions = columns.map { "\(quoted($0.name)) \($0.type)" }
    try connection.execute(
      "CREATE OR REPLACE TABLE request (\((["_row BIGINT"] + definitions).joined(separator: ", ")))"
    )
    for start in stride(from: 0, to: table.rowCount, by: Self.rowsPerStatement) {
      let rows = (start..<min(start + Self.rowsPerStatement, table.rowCount)).map { row in
        "(\(([String(row)] + columns.map { $0.literal(row) }).joined(separator: ", ")))"
      }
      try connection.execute("INSERT INTO request VALUES \(rows.joined(separator: ", "))")
    }
  }
}

/// A column of a request as SQL writes it, of the type that the data stage gives it.
private struct SQLColumn {
  let name: String
  let type: String
  private let meaning: ColumnType
  private let values: ColumnValues?

  init(_ column: DatasetManifest.Column, values: ColumnValues?) {
    name = column.name
    meaning = column.type
    self.values = values
    switch column.type {
    case .integer: type = Self.areWhole(values) ? "BIGINT" : "DOUBLE"
    case .decimal: type = "DOUBLE"
    case .boolean: type = "BOOLEAN"
    case .timestamp: type = "TIMESTAMP"
    case .category, .text: type = "VARCHAR"
    }
  }

  private static func areWhole(_ values: ColumnValues?) -> Bool {
    guard case .numbers(let numbers)? = values else { return true }
    return numbers.allSatisfy { $0.isNaN || Int64(exactly: $0) != nil }
  }

  func literal(_ row: Int) -> String {
    switch values {
    case .numbers(let numbers) where !numbers[row].isNaN: literal(of: numbers[row])
    case .strings(let codes, let texts) where codes[row] >= 0:
      DataPipelines.literal(texts[Int(codes[row])])
    default: "NULL"
    }
  }

  private func literal(of number: Double) -> String {
    switch meaning {
    case .boolean: return number != 0 ? "true" : "false"
    case .timestamp:
      return "make_timestamp(\(Int64(exactly: (number * 1e6).rounded()) ?? 0)::BIGINT)"
    case .integer, .decimal, .category, .text:
      if type == "BIGINT", let whole = Int64(exactly: number) { return "\(whole)" }
      // A text is read to the nearest number; a plain decimal would be a DECIMAL first.
      return "'\(number)'::DOUBLE"
    }
  }
}
