/// Finds out how the texts of columns are to be read, by counting what they look like.
struct ColumnInference {
  /// What a column looks like.
  struct Evidence: Equatable {
    var present = 0
    var numbers = 0
    var wholeNumbers = 0
    /// Whole numbers with a zero in front, such as postal codes, or too long for a number to hold.
    var leadingZeros = 0
    var booleans = 0
    var commaNumbers = 0
    /// Comma numbers that can only be decimals (`1,5`), not thousands (`1,500`).
    var decimalCommas = 0
    var timestamps = 0
    /// Times with an offset from UTC.
    var offsets = 0
    var padded = 0
  }

  /// The share of numbers from which other texts count as mistakes.
  static let mostly = 0.99

  let connection: DuckDBConnection

  /// How each column of `table` (all VARCHAR) is to be read.
  ///
  /// - Parameters:
  ///   - columns: names of columns in the table.
  ///   - tolerant: whether a column of numbers may hold a few other texts.
  func readings(
    of columns: [String], in table: String, tolerant: Bool
  ) throws -> [ColumnReading] {
    var readings: [ColumnReading] = []
    for start in stride(from: 0, to: columns.count, by: 500) {
      let part = Array(columns[start..<min(start + 500, columns.count)])
      let evidence = try evidence(of: part, in: table)
      let known = evidence.map { Self.reading(for: $0, tolerant: tolerant) }
      let texts = part.indices.filter { known[$0] == nil }
      let formats = try timeFormats(
        of: texts.map { part[$0] }, in: table, present: texts.map { evidence[$0].present })
      let times = Dictionary(uniqueKeysWithValues: zip(texts, formats))
      for index in part.indices {
        let format = times[index].flatMap(\.self)
        readings.append(
          known[index] ?? format.map { .formattedTimestamp($0) }
            ?? .text(isTrimmed: evidence[index].padded > 0))
      }
    }
    return readings
  }

  /// Counts of the columns, all by the same few expressions over (column, value) pairs.
  ///
  /// A statement with expressions for each of many columns would take long to plan. Values that
  /// come again are looked at once, and what costs most is asked only of texts that are no numbers.
  private func evidence(of columns: [String], in table: String) throws -> [Evidence] {
    var evidence = [Evidence](repeating: Evidence(), count: columns.count)
    let pairs =
      "SELECT unnest([\(columns.joined(separator: ", "))]) AS v, "
      + "unnest(range(\(columns.count))) AS i FROM \(table)"
    let values =
      "SELECT i, v, count(*) AS n, coalesce(isfinite(TRY_CAST(v AS DOUBLE)), false) AS number "
      + "FROM (\(pairs)) WHERE v IS NOT NULL GROUP BY i, v"
    let counts = Self.looks.map { "coalesce(sum(n) FILTER (\($0)), 0)::BIGINT" }
    let rows = try connection.query(
      "SELECT i, \(counts.joined(separator: ", ")) FROM (\(values)) GROUP BY i"
    ).rows()
    for row in rows {
      guard let index = row[0].integer, evidence.indices.contains(index) else { continue }
      let counts = row.dropFirst().map { $0.integer ?? 0 }
      evidence[index] = Evidence(
        present: counts[0], numbers: counts[1], wholeNumbers: counts[2], leadingZeros: counts[3],
        booleans: counts[4], commaNumbers: counts[5], decimalCommas: counts[6],
        timestamps: counts[7], offsets: counts[8], padded: counts[9])
    }
    return evidence
  }

  /// Conditions on a text `v`, of which `number` tells whether it is one; in the order of `Evidence`.
  private static let looks = [
    "true",
    "number",
    "number AND regexp_full_match(v, '\\s*[+-]?[0-9]{1,15}\\s*')",
    "regexp_full_match(v, '[+-]?0[0-9]+|[0-9]{16,}')",
    "NOT number AND lower(trim(v)) IN ('true', 'false')",
    "number OR regexp_full_match(v, "
      + "'\\s*[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+|[0-9]{1,3}(,[0-9]{3})+)([.,][0-9]+)?\\s*')",
    "NOT number AND regexp_full_match(v, "
      + "'\\s*[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+),([0-9]{1,2}|[0-9]{4,}|[0-9]{3})\\s*') "
      + "AND NOT regexp_full_match(v, '\\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\\s*')",
    "CASE WHEN NOT number THEN TRY_CAST(v AS TIMESTAMP) END IS NOT NULL",
    "NOT number AND regexp_matches(v, '[0-9][ T][0-9]{2}:.*[+-][0-9]{2}(:?[0-9]{2})?$')",
    "v <> trim(v)",
  ]

  /// The reading that the counts speak for; nil if it is a text or a time in another format.
  static func reading(for evidence: Evidence, tolerant: Bool) -> ColumnReading? {
    let present = evidence.present
    guard present > 0 else { return .text(isTrimmed: false) }
    if evidence.leadingZeros > 0 { return .text(isTrimmed: evidence.padded > 0) }
    if evidence.wholeNumbers == present { return .number(isWhole: true) }
    if evidence.numbers == present { return .number(isWhole: false) }
    if evidence.booleans == present { return .boolean }
    if evidence.commaNumbers == present {
      return evidence.decimalCommas > 0 ? .decimalComma : .thousandsComma
    }
    if evidence.timestamps == present {
      return evidence.offsets > 0 ? .zonedTimestamp : .timestamp
    }
    if tolerant, present >= 100, Double(evidence.numbers) >= mostly * Double(present) {
      return .mostlyNumber
    }
    return nil
  }

  /// For each column the first format in which all its texts are times.
  private func timeFormats(
    of columns: [String], in table: String, present: [Int]
  ) throws -> [String?] {
    let examples = try AggregateParts(
      connection: connection, aggregates: columns.map { ["any_value(\($0))"] }
    ).from(table)
    return try zip(zip(columns, present), examples).map { column, example in
      try timeFormat(of: column.0, in: table, present: column.1, example: example.first?.text)
    }
  }

  /// The first format in which all texts of a column are times.
  ///
  /// - Parameter example: one of its texts.
  private func timeFormat(
    of column: String, in table: String, present: Int, example: String?
  ) throws -> String? {
    guard let text = example, text.contains(where: \.isNumber), (6...40).contains(text.count)
    else { return nil }
    // Few formats fit one text, so that few are tried on all.
    let counts = try times(Self.timeFormats, of: "v", in: "(SELECT \(literal(text)) AS v)")
    let fitting = zip(Self.timeFormats, counts).filter { $1 == 1 }.map(\.0)
    guard !fitting.isEmpty else { return nil }
    return zip(fitting, try times(fitting, of: column, in: table)).first { $1 == present }?.0
  }

  /// How many texts are times, for each format.
  private func times(_ formats: [String], of column: String, in table: String) throws -> [Int] {
    let counts = formats.map { "count(try_strptime(trim(\(column)), \(literal($0))))" }
    let row = try connection.query("SELECT \(counts.joined(separator: ", ")) FROM \(table)").rows()
    return (row.first ?? []).map { $0.integer ?? 0 }
  }

  /// Formats beside ISO 8601; where day and month may change places the usual one is first.
  private static let timeFormats: [String] = {
    let dates = [
      "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y",
      "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%m/%d/%y", "%d.%m.%y",
    ]
    let times = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"]
    return dates.flatMap { date in times.map { date + $0 } }
  }()
}
