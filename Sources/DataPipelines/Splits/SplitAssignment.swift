/// Decides for each row of `labeled` whether it trains, validates or tests.
///
/// A row's place follows from its content and the seed alone, so any machine gives the same split.
/// Rows that are equal in all features and the target stay together.
struct SplitAssignment {
  /// How the rows are told apart when they are written.
  struct Assignment {
    /// Where rows come from, with what `expression` needs.
    var source: String
    /// SQL that gives the raw value of a `DatasetSplit`.
    var expression: String
    /// The rule in words.
    var rule: String
    var duplicateRowCount: Int?
  }

  /// Above this many rows the shares hold by the law of large numbers, without sorting.
  static let exactLimit = 1_000_000

  let connection: DuckDBConnection
  let request: DatasetRequest
  let columns: [DatasetManifest.Column]
  private(set) var remarks: [DatasetProfile.Warning] = []
  /// A table that has `_part` and, as `unit`, the number that equal rows share.
  private var keyed: String

  init(
    connection: DuckDBConnection, request: DatasetRequest, columns: [DatasetManifest.Column]
  ) {
    self.connection = connection
    self.request = request
    self.columns = columns
    keyed = ""
    keyed = "(SELECT _part, \(rowKey) AS unit FROM labeled)"
  }

  private var split: DatasetRequest.Split { request.split }
  private var hasOwnTest: Bool { !request.testFiles.isEmpty }
  private var testShare: Double { hasOwnTest ? 0 : split.test }
  private var heldShare: Double { testShare + split.validation }

  /// A number that equal rows share.
  private var rowKey: String {
    let content = columns.filter { $0.role != .identity }.map { quoted($0.name) }
    return content.isEmpty ? "hash(_row)" : "hash(\(content.joined(separator: ", ")))"
  }

  /// Decides for all rows.
  mutating func assign(rowCount: Int) throws -> Assignment {
    guard !request.target.isEmpty, heldShare > 0 else {
      return Assignment(
        source: "labeled", expression: hasOwnTest ? "CASE WHEN _part = 1 THEN 2 ELSE 0 END" : "0",
        rule: rule, duplicateRowCount: try duplicates(rowCount: rowCount))
    }
    var assignment: Assignment
    switch split.rule {
    case .time(let column): assignment = try byTime(column)
    case .random where rowCount > Self.exactLimit: assignment = byThreshold()
    case .random: assignment = try byEqualRows(stratum: "0")
    case .stratified: assignment = try byEqualRows(stratum: try stratum())
    case .group(let column):
      let name = quoted(column)
      let key = "CASE WHEN \(name) IS NULL THEN hash(_row, 'row') ELSE hash(\(name)) END"
      try refuseFewGroups(name, column: column)
      assignment = try byUnits(key: key, stratum: "0")
    }
    assignment.duplicateRowCount = try duplicates(rowCount: rowCount)
    try remarkRepeatedTestRows(rowCount: rowCount)
    return assignment
  }

  /// The rule in words, for the manifest.
  private var rule: String {
    let word =
      switch split.rule {
      case .random: "random"
      case .stratified: "stratified"
      case .group(let column): "group \(column)"
      case .time(let column): "time \(column)"
      }
    let test = hasOwnTest ? "test=own" : "test=\(split.test)"
    return "\(word) \(test) validation=\(split.validation) seed=\(split.seed)"
  }

  /// Equal rows go together; their numbers, once computed, tell of copies too.
  private mutating func byEqualRows(stratum: String) throws -> Assignment {
    let assignment = try byUnits(key: rowKey, stratum: stratum)
    keyed = "split_keys"
    return assignment
  }

  /// Each unit (equal rows, or a group) goes where the middle of its rows falls in a seeded order.
  private func byUnits(key: String, stratum: String) throws -> Assignment {
    try connection.execute(
      "CREATE TABLE split_keys AS SELECT _row, _part, \(key) AS unit, \(stratum) AS stratum "
        + "FROM labeled")
    try connection.execute(
      """
      CREATE TABLE split_units AS
      WITH units AS (
        SELECT unit, stratum, count(*) AS n FROM split_keys WHERE _part = 0 GROUP BY unit, stratum
      ), placed AS (
        SELECT unit, stratum,
          sum(n) OVER (PARTITION BY stratum ORDER BY hash(unit, \(split.seed)::UBIGINT), unit)
            - n / 2.0 AS middle,
          sum(n) OVER (PARTITION BY stratum) AS total
        FROM units
      )
      SELECT unit, stratum, CASE WHEN middle <= \(testShare) * total + 1e-9 THEN 2
        WHEN middle <= \(heldShare) * total + 1e-9 THEN 1 ELSE 0 END AS place
      FROM placed
      """)
    try connection.execute(
      """
      CREATE TABLE split_places AS
      SELECT k._row, CASE WHEN k._part = 1 THEN 2 ELSE u.place END AS _place
      FROM split_keys k LEFT JOIN split_units u ON k.unit = u.unit AND k.stratum = u.stratum
      """)
    return Assignment(
      source: "(SELECT d.*, p._place FROM labeled d JOIN split_places p ON d._row = p._row "
        + "ORDER BY d._row)",
      expression: "_place", rule: rule, duplicateRowCount: nil)
  }

  /// Each row goes where a number from its content and the seed falls in 0..<1.
  private func byThreshold() -> Assignment {
    let unit = "hash(\(rowKey), \(split.seed)::UBIGINT) / 18446744073709551616.0"
    return Assignment(
      source: "(SELECT *, \(unit) AS _unit FROM labeled)",
      expression: "CASE WHEN _part = 1 OR _unit < \(testShare) THEN 2 "
        + "WHEN _unit < \(heldShare) THEN 1 ELSE 0 END",
      rule: rule, duplicateRowCount: nil)
  }

  /// The newest rows test, those before them validate; equal times stay together.
  private mutating func byTime(_ column: String) throws -> Assignment {
    let time = quoted(column)
    if let described = columns.first(where: { $0.name == column }), !described.type.isNumeric {
      throw DataError(
        .splitImpossible,
        "The column \(column) holds texts, so rows cannot be ordered by its time.",
        hint: "Split by a column of times or numbers, or derive one, for instance with strptime().")
    }
    try connection.execute(
      """
      CREATE TABLE split_cuts AS
      WITH moments AS (
        SELECT \(time) AS moment, count(*) AS n FROM labeled
        WHERE _part = 0 AND \(time) IS NOT NULL GROUP BY \(time)
      ), placed AS (
        SELECT moment, sum(n) OVER (ORDER BY moment DESC) - n / 2.0 AS middle,
          sum(n) OVER () AS total
        FROM moments
      )
      SELECT min(moment) FILTER (middle <= \(testShare) * total + 1e-9) AS test_from,
        min(moment) FILTER (middle <= \(heldShare) * total + 1e-9) AS validation_from
      FROM placed
      """)
    let missing =
      try connection.query(
        "SELECT count(*) FROM labeled WHERE \(time) IS NULL"
      ).rows().first?.first?.integer ?? 0
    if missing > 0 {
      remarks.append(
        DatasetProfile.Warning(
          code: "time_missing", column: column,
          message: "\(missing) rows have no \(column); they were put to the training rows."))
    }
    return Assignment(
      source: "labeled",
      expression: "CASE WHEN _part = 1 OR \(time) >= (SELECT test_from FROM split_cuts) THEN 2 "
        + "WHEN \(time) >= (SELECT validation_from FROM split_cuts) THEN 1 ELSE 0 END",
      rule: rule, duplicateRowCount: nil)
  }

  /// The class of a row, or the tenth of the target's range of ranks.
  private func stratum() throws -> String {
    let target = quoted(request.target)
    guard let column = columns.first(where: { $0.name == request.target }), column.type.isNumeric
    else { return "hash(\(target))" }
    let distinct =
      try connection.query(
        "SELECT approx_count_distinct(\(target)) FROM labeled"
      ).rows().first?.first?.integer ?? 0
    return distinct <= 20
      ? "hash(\(target))"
      : "CAST(floor(10 * cume_dist() OVER (PARTITION BY _part ORDER BY \(target)) - 1e-9) AS BIGINT)"
  }

  private func refuseFewGroups(_ name: String, column: String) throws {
    let groups =
      try connection.query(
        "SELECT count(DISTINCT \(name)) FROM labeled WHERE _part = 0"
      ).rows().first?.first?.integer ?? 0
    let needed = (testShare > 0 ? 1 : 0) + (split.validation > 0 ? 1 : 0) + 1
    guard groups < needed else { return }
    throw DataError(
      .splitImpossible,
      "The column \(column) has \(groups) different \(groups == 1 ? "value" : "values"); a split by "
        + "group needs at least \(needed).",
      hint: "Split by another column, or with `by: random`.")
  }

  private func duplicates(rowCount: Int) throws -> Int? {
    guard rowCount <= 5_000_000 else { return nil }
    return try connection.query(
      "SELECT count(*) - count(DISTINCT unit) FROM \(keyed)"
    ).rows().first?.first?.integer
  }

  private mutating func remarkRepeatedTestRows(rowCount: Int) throws {
    guard hasOwnTest, rowCount <= 5_000_000 else { return }
    let count =
      try connection.query(
        "SELECT count(*) FROM \(keyed) WHERE _part = 1 "
          + "AND unit IN (SELECT unit FROM \(keyed) WHERE _part = 0)"
      ).rows().first?.first?.integer ?? 0
    guard count > 0 else { return }
    remarks.append(
      DatasetProfile.Warning(
        code: "test_row_in_data", column: nil,
        message: "\(count) rows of the test source are copies of rows in the data: the test will "
          + "flatter a model that memorizes."))
  }
}
