import Foundation

/// What is known of a CSV file before it is read.
struct CSVInspection: Equatable {
  var dialect: CSVDialect
  var encoding: TextEncoding
  var isGzipped: Bool
}

/// Loads files of separated values into a table of the engine.
///
/// The dialect is told from the first bytes and the types from the first rows; where a later row
/// contradicts, all is read as text and the types are told from every row.
struct CSVReader {
  let connection: DuckDBConnection
  let scratch: String
  let target: String

  private(set) var remarks: [DatasetProfile.Warning] = []

  init(connection: DuckDBConnection, scratch: String, target: String) {
    self.connection = connection
    self.scratch = scratch
    self.target = target
  }

  /// Tells encoding and dialect.
  func inspect(
    _ file: DatasetRequest.SourceFile, sample: FileSample, isGzipped: Bool
  ) throws -> CSVInspection {
    var sample = isGzipped ? try unzippedSample(of: file) : sample
    var limit = 64 << 10
    while true {
      let encoding = try TextEncoding.detect(sample, name: file.source.name)
      if isGzipped, encoding != .utf8 {
        throw DataError(
          .encodingUnknown, "\(file.source.name) is compressed text in \(encoding.rawValue).",
          hint: "Unpack it first, or save it as UTF-8.")
      }
      var bytes = sample.bytes
      let text = [UInt8](
        try Transcoder(encoding: encoding, name: file.source.name)
          .take(&bytes, isLast: sample.isComplete))
      if let dialect = CSVDialect.sniff(text, isComplete: sample.isComplete, target: target) {
        return CSVInspection(dialect: dialect, encoding: encoding, isGzipped: isGzipped)
      }
      guard !sample.isComplete, limit < 64 << 20 else {
        throw DataError(
          .sourceUnreadable, "The first line of \(file.source.name) has no end.",
          hint: "The file must be a table with one row per line.")
      }
      limit *= 16
      sample = try FileSample(path: file.path, name: file.source.name, limit: limit)
    }
  }

  /// Loads files that were found alike.
  mutating func load(
    _ files: [DatasetRequest.SourceFile], inspection: CSVInspection, as table: String
  ) throws -> LoadedTable {
    let dialect = inspection.dialect
    let (names, renamed) = ColumnNames.unique(dialect.names)
    remarks += renamed
    if !dialect.hasHeader {
      remark(
        "no_header",
        "\(files[0].source.name) seems to have no header row: its columns are called "
          + "\(names.prefix(3).joined(separator: ", ")) and so on.")
    }
    var paths = files.map(\.path)
    if inspection.encoding != .utf8 { paths = try transcode(files, from: inspection.encoding) }
    var statement = CSVStatement(paths: paths, dialect: dialect, isGzipped: inspection.isGzipped)
    let errors = CSVFailure(files: files, paths: paths, dialect: dialect)
    let readings: [ColumnReading]
    do {
      readings = try sampleReadings(statement, count: names.count)
      try connection.execute(
        "CREATE TABLE \(table) AS " + statement.select(readings.map(\.readerType)))
      return try verified(table, names: names, readings: readings)
    } catch let failure as SQLFailure {
      try connection.execute("DROP TABLE IF EXISTS \(table)")
      guard let adjusted = statement.adjusted(after: failure) else {
        throw errors.explained(failure)
      }
      if let encoding = adjusted.rewriting(from: inspection.encoding) {
        statement.paths = try transcode(files, from: encoding, adjustment: adjusted)
      }
      statement = adjusted.applied(to: statement)
      remarks +=
        adjusted.remark.map {
          [
            DatasetProfile.Warning(
              code: "dialect", column: nil, message: "\(files[0].source.name) \($0)")
          ]
        } ?? []
    }
    do {
      try loadAsText(statement, count: names.count, as: table)
    } catch let failure as SQLFailure {
      throw CSVFailure(files: files, paths: statement.paths, dialect: dialect).explained(failure)
    }
    let columns = names.indices.map { "c\($0)" }
    let found = try ColumnInference(connection: connection)
      .readings(of: columns, in: table, tolerant: true)
    return try textTable(table, names: names, readings: found)
  }

  private mutating func remark(_ code: String, column: String? = nil, _ message: String) {
    remarks.append(DatasetProfile.Warning(code: code, column: column, message: message))
  }

  /// Reads all as text; repairs twice at most what stands in the way.
  private mutating func loadAsText(
    _ statement: CSVStatement, count: Int, as table: String
  ) throws {
    var statement = statement
    let types = [String](repeating: "VARCHAR", count: count)
    for attempt in 0...2 {
      do {
        try connection.execute("CREATE TABLE \(table) AS " + statement.select(types))
        return
      } catch {
        guard attempt < 2, let adjusted = statement.adjusted(after: error), !adjusted.isRewriting
        else { throw error }
        statement = adjusted.applied(to: statement)
      }
    }
  }

  /// Rows from which the types are told at first.
  private static let firstRows = 1_000

  private func sampleReadings(_ statement: CSVStatement, count: Int) throws -> [ColumnReading] {
    let types = [String](repeating: "VARCHAR", count: count)
    let rows = max(200, min(Self.firstRows, 1_000_000 / max(count, 1)))
    try connection.execute(
      "CREATE OR REPLACE TEMP TABLE csv_sample AS \(statement.select(types)) LIMIT \(rows)")
    let readings = try ColumnInference(connection: connection)
      .readings(of: (0..<count).map { "c\($0)" }, in: "csv_sample", tolerant: false)
    try connection.execute("DROP TABLE csv_sample")
    return readings
  }

  /// Checks on all rows what the first rows promised.
  private mutating func verified(
    _ table: String, names: [String], readings: [ColumnReading]
  ) throws -> LoadedTable {
    var readings = readings
    var textColumns: [Int] = []
    for (index, reading) in readings.enumerated() {
      switch reading {
      case .text(isTrimmed: false): textColumns.append(index)
      case .decimalComma, .thousandsComma, .zonedTimestamp, .formattedTimestamp, .text,
        .mostlyNumber:
        textColumns.append(index)
      case .number, .boolean, .timestamp: break
      }
    }
    try confirmWholeNumbers(table, readings: &readings)
    // A column of text in the sample stays one; others, and empty ones, are looked at again.
    let empty = try emptyInFirstRows(table, columns: textColumns)
    let doubtful = textColumns.filter { index in
      if case .text = readings[index] { return empty.contains(index) }
      return true
    }
    if !doubtful.isEmpty {
      let found = try ColumnInference(connection: connection)
        .readings(of: doubtful.map { "c\($0)" }, in: table, tolerant: true)
      for (index, reading) in zip(doubtful, found) { readings[index] = reading }
    }
    let columns = zip(names.indices, zip(names, readings)).map { index, pair in
      let isText = textColumns.contains(index)
      let column = "c\(index)"
      return LoadedTable.Column(
        name: pair.0,
        expression: isText
          ? pair.1.expression(ofText: column) : pair.1.expression(ofTyped: column),
        type: pair.1.engineType)
    }
    return LoadedTable(table: table, columns: columns)
  }

  private func emptyInFirstRows(_ table: String, columns: [Int]) throws -> Set<Int> {
    let counts = try AggregateParts(
      connection: connection, aggregates: columns.map { ["count(c\($0))"] }
    ).from("(FROM \(table) LIMIT \(Self.firstRows))")
    return Set(zip(columns, counts).filter { $1.first?.integer == 0 }.map(\.0))
  }

  private func confirmWholeNumbers(_ table: String, readings: inout [ColumnReading]) throws {
    let whole = readings.indices.filter { readings[$0] == .number(isWhole: true) }
    guard !whole.isEmpty else { return }
    let checks = whole.map {
      ["coalesce(bool_and(c\($0) = trunc(c\($0)) AND abs(c\($0)) < 9e15), true)"]
    }
    let values = try AggregateParts(connection: connection, aggregates: checks).from(table)
    for (index, value) in zip(whole, values) where value.first != .bool(true) {
      readings[index] = .number(isWhole: false)
    }
  }

  private mutating func textTable(
    _ table: String, names: [String], readings: [ColumnReading]
  ) throws -> LoadedTable {
    var readings = readings
    for (index, reading) in readings.enumerated() where reading == .mostlyNumber {
      if names[index] == target {
        readings[index] = .text(isTrimmed: true)
      } else {
        try remarkLostTexts(table, column: "c\(index)", name: names[index])
      }
    }
    let columns = names.indices.map { index in
      LoadedTable.Column(
        name: names[index], expression: readings[index].expression(ofText: "c\(index)"),
        type: readings[index].engineType)
    }
    return LoadedTable(table: table, columns: columns)
  }

  private mutating func remarkLostTexts(_ table: String, column: String, name: String) throws {
    let rows = try connection.query(
      "SELECT \(column), rowid + 1, count(*) OVER () FROM \(table) "
        + "WHERE \(column) IS NOT NULL AND TRY_CAST(\(column) AS DOUBLE) IS NULL LIMIT 1"
    ).rows()
    guard let row = rows.first, let text = row[0].text, let number = row[1].integer,
      let count = row[2].integer
    else { return }
    remark(
      "not_a_number", column: name,
      "Column \(name) holds numbers, but \(count) \(count == 1 ? "row has" : "rows have") another "
        + "text, taken as missing (the first is “\(text.prefix(40))” in row \(number)).")
  }

  private func transcode(
    _ files: [DatasetRequest.SourceFile], from encoding: TextEncoding,
    adjustment: CSVStatement.Adjustment? = nil
  ) throws -> [String] {
    try files.enumerated().map { index, file in
      let path = "\(scratch)/utf8-\(index)-\(file.source.sha256.prefix(16)).csv"
      var transcoder = Transcoder(encoding: encoding, name: file.source.name)
      transcoder.endsLinesAlike = adjustment?.endsLinesAlike ?? false
      try transcoder.transcode(file.path, to: path)
      return path
    }
  }

  /// The first lines of a compressed file, read by the engine as one column of text.
  private func unzippedSample(of file: DatasetRequest.SourceFile) throws -> FileSample {
    do {
      let rows = try connection.query(
        "SELECT line FROM read_csv(\(literal(file.path)), auto_detect=false, compression='gzip', "
          + "delim=chr(1), quote='', escape='', header=false, columns={'line': 'VARCHAR'}) LIMIT 300"
      ).rows()
      let text = rows.map { $0[0].text ?? "" }.joined(separator: "\n") + "\n"
      return FileSample(bytes: Array(text.utf8), isComplete: rows.count < 300, fileBytes: 0)
    } catch let failure as SQLFailure {
      throw CSVFailure(files: [file], paths: [file.path], dialect: nil).explained(failure)
    }
  }
}

extension ColumnReading {
  /// The engine's type of the value that a column becomes.
  var engineType: String {
    switch self {
    case .text: "VARCHAR"
    case .number(let isWhole): isWhole ? "BIGINT" : "DOUBLE"
    case .mostlyNumber, .decimalComma, .thousandsComma: "DOUBLE"
    case .boolean: "BOOLEAN"
    case .timestamp, .zonedTimestamp, .formattedTimestamp: "TIMESTAMP"
    }
  }
}
