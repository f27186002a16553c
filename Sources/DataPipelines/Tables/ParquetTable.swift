import CDuckDB

/// Reads the rows of a dataset version into memory.
public struct ParquetTable: Sendable {
  let duckdb: DuckDBLibrary

  /// Reads with the given engine.
  public init(duckdb: DuckDBLibrary) { self.duckdb = duckdb }

  /// Reads columns of a dataset version's folder, in the order of the source.
  ///
  /// - Parameters:
  ///   - folder: the dataset version's folder.
  ///   - split: only rows of this split; nil reads all.
  ///   - columns: names to read, in that order; nil reads all of the manifest. `_row` and `_split`
  ///     are read (as integers) where they are named.
  public func read(
    folder: String, split: DatasetSplit? = nil, columns names: [String]? = nil
  ) throws -> Table {
    let dataset = DatasetFolder(folder)
    let manifest = try dataset.manifest()
    var types = Dictionary(
      manifest.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    types["_row"] = .integer
    types["_split"] = .integer
    let wanted = try (names ?? manifest.columns.map(\.name)).map { name in
      guard let type = types[name] else {
        throw DataError(
          .columnMissing, "The dataset \(manifest.name) has no column \(name).",
          hint: "It has: \(manifest.columns.map(\.name).joined(separator: ", ")).")
      }
      return (name: name, type: type)
    }
    return try read(path: dataset.tablePath, wanted: wanted, split: split)
  }

  /// Writes all columns of a Parquet file as CSV with a header row.
  public func writeCSV(from path: String, to destination: String) throws {
    do {
      try duckdb.open().execute(
        "COPY (SELECT * FROM read_parquet(\(literal(path)))) TO \(literal(destination)) "
          + "(FORMAT csv, HEADER)")
    } catch let failure as SQLFailure {
      throw DataError(.sourceUnreadable, "\(destination) cannot be written: \(failure.summary)")
    }
  }

  private func read(
    path: String, wanted: [(name: String, type: ColumnType)], split: DatasetSplit?
  ) throws -> Table {
    let connection = try duckdb.open()
    let expressions = wanted.map { Self.expression(quoted($0.name), as: $0.type) }
    let filter = split.map { " WHERE _split = \($0.rawValue)" } ?? ""
    // The constant column keeps the statement valid when no column is wanted.
    let sql =
      "SELECT \((expressions + ["true"]).joined(separator: ", ")) "
      + "FROM read_parquet(\(literal(path)))\(filter)"
    var builders = wanted.map { ColumnBuilder(type: $0.type) }
    var rowCount = 0
    do {
      try connection.stream(sql).forEachChunk { chunk in
        for index in builders.indices {
          builders[index].append(chunk.vector(index), count: chunk.count)
        }
        rowCount += chunk.count
      }
    } catch let failure as SQLFailure {
      throw DataError(
        .datasetDamaged, "\(path) cannot be read: \(failure.summary)",
        hint: "Run the data stage again to rebuild this dataset version.")
    }
    let columns = zip(wanted, builders).map { wanted, builder in
      TableColumn(name: wanted.name, type: wanted.type, values: builder.values)
    }
    return Table(columns: columns, rowCount: rowCount)
  }

  static func expression(_ column: String, as type: ColumnType) -> String {
    switch type {
    case .integer, .decimal, .boolean: "CAST(\(column) AS DOUBLE)"
    case .timestamp: "CAST(epoch_us(\(column)) AS DOUBLE) / 1e6"
    case .category, .text: "CAST(\(column) AS VARCHAR)"
    }
  }
}

/// Gathers the values of one column from chunks.
struct ColumnBuilder {
  private let isNumeric: Bool
  private var numbers: [Double] = []
  private var codes: [Int32] = []
  private var texts: [String] = []
  private var codeByText: [String: Int32] = [:]

  init(type: ColumnType) { isNumeric = type.isNumeric }

  var values: ColumnValues {
    isNumeric ? .numbers(numbers) : .strings(codes: codes, values: texts)
  }

  mutating func append(_ vector: DuckDBVector, count: Int) {
    if isNumeric {
      guard let values = vector.values(of: Double.self) else { return }
      let start = numbers.count
      numbers.append(contentsOf: UnsafeBufferPointer(start: values, count: count))
      guard vector.validity != nil else { return }
      for row in 0..<count where !vector.isValid(row) { numbers[start + row] = .nan }
    } else {
      codes.reserveCapacity(codes.count + count)
      for row in 0..<count {
        codes.append(vector.isValid(row) ? code(of: vector.bytes(at: row)) : -1)
      }
    }
  }

  private mutating func code(of bytes: UnsafeRawBufferPointer) -> Int32 {
    let text = String(decoding: bytes, as: UTF8.self)
    if let code = codeByText[text] { return code }
    let code = Int32(texts.count)
    codeByText[text] = code
    texts.append(text)
    return code
  }
}
