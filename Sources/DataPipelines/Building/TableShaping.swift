/// Makes the table `data` out of the sources: join, where, derive, data and test rows together.
struct TableShaping {
  /// A column of the table `data`.
  struct Column: Equatable {
    var name: String
    /// BIGINT, DOUBLE, BOOLEAN, TIMESTAMP or VARCHAR.
    var type: String
  }

  let connection: DuckDBConnection
  let request: DatasetRequest
  var remarks: [DatasetProfile.Warning] = []
  /// Rows of `data`, once it is shaped.
  private var rowCount = 0

  init(connection: DuckDBConnection, request: DatasetRequest) {
    self.connection = connection
    self.request = request
  }

  /// Leaves a view or table `data` with `_row`, `_part` (0 data, 1 test) and the columns returned.
  ///
  /// - Parameters:
  ///   - joined: tables joined to all rows.
  ///   - joinedToTest: tables joined to the rows of `test` alone.
  mutating func shape(
    data: LoadedTable, test: LoadedTable?, joined: [LoadedTable],
    joinedToTest: [LoadedTable] = []
  ) throws -> [Column] {
    let joins = try makeJoins(joined, as: "join", of: request.join)
    try refuseEmpty(data.table, name: request.files.first?.source.name ?? request.name)
    let dataSQL = try shaped(
      data.select(),
      by: Steps(joins: joins, conditions: [request.where], derivations: request.derive))
    var columns = try engineColumns(of: dataSQL)
    var parts = ["SELECT \(values(columns)), 0 AS _part FROM (\(dataSQL))"]
    if let test {
      let testSQL = try shapedTest(test, after: data, joins: joins, joined: joinedToTest)
      try requireAll(columns, inTest: testSQL)
      parts.append("SELECT \(values(columns)), 1 AS _part FROM (\(testSQL))")
    }
    let isPlain =
      request.where == nil && request.derive.isEmpty && joined.isEmpty
      && request.testShaping == nil
    let body = parts.joined(separator: " UNION ALL ")
    do {
      try connection.execute("CREATE \(isPlain ? "VIEW" : "TABLE") data AS \(body)")
    } catch {
      throw invalid(error, place: "The expressions of where and derive", sql: "")
    }
    columns = columns.filter { $0.name != "_row" }
    for name in [request.target, request.time, request.series, request.split.rule.column]
      .compactMap({ $0 }) where !name.isEmpty
    {
      try require(name, in: columns)
    }
    for name in request.exclude { try require(name, in: columns) }
    rowCount = try count("data")
    if rowCount == 0 {
      throw DataError(
        .tooFewRows, "No row is left after where: \(request.where ?? "").",
        hint: "Check the condition with a value that the data holds.")
    }
    return columns
  }

  /// Leaves a view `labeled` of the rows of `data` that have a target; returns how many.
  mutating func keepRowsWithTarget() throws -> Int {
    let all = rowCount
    let condition = request.target.isEmpty ? "true" : "\(quoted(request.target)) IS NOT NULL"
    // Small tables are laid down once: planning over many columns costs more than their rows.
    let kind = all <= Profiler.sampleLimit ? "TABLE" : "VIEW"
    try connection.execute("CREATE \(kind) labeled AS SELECT * FROM data WHERE \(condition)")
    guard !request.target.isEmpty else { return all }
    let kept = try count("labeled")
    guard kept > 0 else {
      throw DataError(
        .tooFewRows, "The target \(request.target) has no value in any of \(all) rows.",
        hint: "Choose another target, or mend the column.")
    }
    guard kept >= Self.leastRows else {
      throw DataError(
        .tooFewRows,
        "There \(kept == 1 ? "is 1 row" : "are \(kept) rows") with a target; "
          + "at least \(Self.leastRows) are needed to train, validate and test.",
        hint: "Add rows to the data.")
    }
    if kept < all {
      remarks.append(
        DatasetProfile.Warning(
          code: "target_missing", column: request.target,
          message: "\(all - kept) of \(all) rows have no \(request.target); they were left out."))
    }
    return kept
  }

  /// Fewest rows that can be split into three parts.
  static let leastRows = 5

  private func values(_ columns: [Column]) -> String {
    columns.map { "CAST(\(quoted($0.name)) AS \($0.type)) AS \(quoted($0.name))" }
      .joined(separator: ", ")
  }

  func count(_ table: String) throws -> Int {
    try connection.query("SELECT count(*) FROM \(table)").rows().first?.first?.integer ?? 0
  }

  func refuseEmpty(_ table: String, name: String) throws {
    guard try count(table) == 0 else { return }
    throw DataError(
      .tooFewRows, "\(name) has a header but no rows.", hint: "The table must hold data.")
  }

  private func require(_ name: String, in columns: [Column]) throws {
    guard !columns.contains(where: { $0.name == name }) else { return }
    let names = columns.map(\.name)
    let shown = names.prefix(20).joined(separator: ", ")
    throw DataError(
      .columnMissing,
      "There is no column \(name). The columns are: \(shown)\(names.count > 20 ? ", …" : "").",
      hint: names.first { $0.lowercased() == name.lowercased() }
        .map { "Write it as in the file: \($0)." } ?? "Check the spelling of the name.")
  }

  /// A table that is joined, under the name of its view.
  struct Join {
    var view: String
    var table: LoadedTable
    var using: [String]
  }

  /// What is done to rows: tables joined, then conditions, then columns computed.
  struct Steps {
    var joins: [Join]
    /// Those that name derived columns are looked at after `derivations`.
    var conditions: [String?]
    var derivations: [DatasetRequest.Derivation]
  }

  /// Leaves a view of each table; refuses one that would add more than one row to a row.
  func makeJoins(
    _ tables: [LoadedTable], as name: String, of requests: [DatasetRequest.Join]
  ) throws -> [Join] {
    try zip(tables, requests).enumerated().map { index, pair in
      let (table, request) = pair
      let view = "\(name)_\(index)"
      let source = request.files.first?.source.name ?? "the joined source"
      for name in request.using where table.column(named: name) == nil {
        throw DataError(
          .columnMissing, "\(source) has no column \(name) to join by.",
          hint: "`using` names columns that both tables have.")
      }
      try connection.execute("CREATE VIEW \(view) AS \(table.select())")
      try refuseRepeated(request.using, in: view, source: source)
      return Join(view: view, table: table, using: request.using)
    }
  }

  private func refuseRepeated(_ using: [String], in view: String, source: String) throws {
    let keys = quotedList(using)
    let shown = using.map { "CAST(\(quoted($0)) AS VARCHAR)" }.joined(separator: " || ', ' || ")
    let repeated = try connection.query(
      "SELECT \(shown), count(*) FROM \(view) GROUP BY \(keys), \(shown) "
        + "HAVING count(*) > 1 LIMIT 1"
    ).rows()
    guard let row = repeated.first, let value = row[0].text else { return }
    throw DataError(
      .joinAmbiguous,
      "\(source) has \(row[1].integer ?? 2) rows for \(using.joined(separator: ", ")) = \(value).",
      hint: "A join may add at most one row to each row of the data.")
  }

  mutating func shaped(_ source: String, by steps: Steps) throws -> String {
    var sql = source
    for join in steps.joins { sql = try self.join(sql, with: join) }
    var later: [String] = []
    for condition in steps.conditions.compactMap(\.self) {
      let filtered = Self.filtered(sql, by: condition)
      if try binds(filtered, condition: condition, mayWait: !steps.derivations.isEmpty) {
        sql = filtered
      } else {
        later.append(condition)
      }
    }
    for derivation in steps.derivations { sql = try derive(derivation, from: sql) }
    for condition in later {
      sql = Self.filtered(sql, by: condition)
      _ = try binds(sql, condition: condition, mayWait: false)
    }
    return sql
  }

  private static func filtered(_ sql: String, by condition: String) -> String {
    "SELECT * FROM (\(sql)) WHERE (\(condition)\n)"
  }

  private mutating func join(_ sql: String, with join: Join) throws -> String {
    let columns = try engineColumns(of: sql)
    for name in join.using { try require(name, in: columns) }
    let taken = Set(columns.map { $0.name.lowercased() })
    let keys = Set(join.using.map { $0.lowercased() })
    let added = join.table.columns.filter { !keys.contains($0.name.lowercased()) }.map { column in
      let name = taken.contains(column.name.lowercased()) ? "\(column.name)_joined" : column.name
      return "_right.\(quoted(column.name)) AS \(quoted(name))"
    }
    let conditions = join.using.map { name in
      let left = columns.first { $0.name.lowercased() == name.lowercased() }
      let right = join.table.column(named: name)
      // Values of different types are compared as texts.
      return left?.type == right?.type
        ? "_left.\(quoted(name)) = _right.\(quoted(name))"
        : "CAST(_left.\(quoted(name)) AS VARCHAR) = CAST(_right.\(quoted(name)) AS VARCHAR)"
    }
    return "SELECT \((["_left.*"] + added).joined(separator: ", ")) FROM (\(sql)) AS _left "
      + "LEFT JOIN \(join.view) AS _right ON \(conditions.joined(separator: " AND "))"
  }

  // MARK: derive

  private mutating func derive(
    _ derivation: DatasetRequest.Derivation, from sql: String
  ) throws -> String {
    let name = derivation.name
    if ColumnNames.reserved.contains(name.lowercased()) {
      throw DataError(
        .columnAmbiguous, "A derived column cannot be called \(name): the name is reserved.",
        hint: "Choose another name.")
    }
    let columns = try engineColumns(of: sql)
    let isReplacing = columns.contains { $0.name.lowercased() == name.lowercased() }
    let value = "(\(derivation.sql)\n) AS \(quoted(name))"
    let derived =
      isReplacing
      ? "SELECT * REPLACE (\(value)) FROM (\(sql))" : "SELECT *, \(value) FROM (\(sql))"
    do {
      _ = try engineColumns(of: derived)
    } catch let failure as SQLFailure {
      throw invalid(failure, place: "The derived column \(name)", sql: derivation.sql)
    }
    return derived
  }

  /// Whether a condition holds with the columns that are there.
  ///
  /// - Parameter mayWait: an unknown column may be one that is derived later; all else is a mistake.
  private func binds(_ filtered: String, condition: String, mayWait: Bool) throws -> Bool {
    do {
      _ = try engineColumns(of: filtered)
      return true
    } catch let failure as SQLFailure {
      if failure.message.contains("not found"), mayWait { return false }
      throw invalid(failure, place: "The condition `where`", sql: condition)
    }
  }

  /// Names and types of a query's columns, with types of the engine reduced to our five.
  func engineColumns(of sql: String) throws -> [Column] {
    try connection.query("DESCRIBE \(sql)").rows().map { row in
      let type = row[1].text ?? "VARCHAR"
      return Column(name: row[0].text ?? "", type: ColumnarReader.engineType(of: type))
    }
  }

  private func invalid(_ failure: SQLFailure, place: String, sql: String) -> DataError {
    if failure.isOutOfMemory {
      return .outOfMemory(reading: request.files.first?.source.name ?? request.name)
    }
    let expression = sql.isEmpty ? "" : " (\(sql))"
    if failure.isAccessRefused {
      return DataError(
        .sqlRefused, "\(place)\(expression) wants a file or the network: \(failure.summary)",
        hint: "Expressions see the columns of the sources and nothing else.")
    }
    return DataError(
      .sqlInvalid, "\(place)\(expression) is not valid: \(failure.summary)",
      hint:
        "It must be an SQL expression over the columns, as DuckDB reads it; a column whose name "
        + "is a word of SQL stands in double quotes.")
  }
}

extension DatasetRequest.Split.Rule {
  /// The column that the rule needs, if any.
  var column: String? {
    switch self {
    case .random, .stratified: nil
    case .group(let column), .time(let column): column
    }
  }
}
