/// Describes the columns of `labeled`: one pass over all rows, the rest on a sample.
struct Profiler {
  /// Rows up to which everything is exact.
  static let sampleLimit = 200_000

  private(set) var connection: DuckDBConnection
  let request: DatasetRequest
  let columns: [TableShaping.Column]
  let rowCount: Int
  /// The table of the rows that details are told from, and how many they are.
  private var sample = (name: "labeled", rows: 0)
  private var totals: [Totals] = []
  private var quantiles: [[Double]] = []
  private var described: [DatasetProfile.Column] = []

  init(
    connection: DuckDBConnection, request: DatasetRequest, columns: [TableShaping.Column],
    rowCount: Int
  ) {
    self.connection = connection
    self.request = request
    self.columns = columns
    self.rowCount = rowCount
  }

  /// Tells types and roles of all columns, which need the fewest statements.
  ///
  /// - Parameters:
  ///   - second: a connection for the statements that run beside others.
  ///   - threads: how many statements run at a time, two at most.
  mutating func describe(
    beside second: DuckDBConnection, threads: Int
  ) throws -> [DatasetProfile.Column] {
    sample = try makeSample()
    let first = self
    var other = self
    other.connection = second
    let side = other
    let shapes: [TextShape?]
    if isWide {
      let (numbers, texts) = try SideBySide.run(threads: threads) {
        try first.wideNumbers()
      } _: {
        try side.wideTexts()
      }
      totals = zip(numbers.totals, texts.totals).map { $0 ?? $1 ?? Totals() }
      (quantiles, shapes) = (numbers.quantiles, texts.shapes)
    } else {
      (totals, (quantiles, shapes)) = try SideBySide.run(threads: threads) {
        try first.columnTotals()
      } _: {
        (try side.quantiles(sample: side.sample.name), try side.textShapes())
      }
    }
    described = []
    for (index, column) in columns.enumerated() {
      let total = totals[index]
      let text = shapes[index]
      // Estimates of large counts are off by some percent.
      let needed = rowCount <= Self.sampleLimit ? rowCount : rowCount / 20 * 19
      let isUnique = total.present == rowCount && total.distinct >= needed && rowCount >= 20
      let type = ColumnTyping.type(
        of: column, total: total, text: text, isTarget: column.name == request.target)
      let isIdentityLike = isUnique && ColumnTyping.looksLikeIdentity(column, total, text)
      described.append(
        DatasetProfile.Column(
          name: column.name, type: type,
          role: ColumnTyping.role(of: column, type: type, isIdentityLike: isIdentityLike, request),
          nullCount: rowCount - total.present, distinctCount: total.distinct,
          numbers: nil, topValues: [], meanLength: text?.meanLength, association: nil,
          isConstant: total.distinct <= 1, isIdentityLike: isIdentityLike))
    }
    return described
  }

  /// Adds distributions to what `describe` told, and warns of what may go wrong.
  func profile() throws -> DatasetProfile {
    var described = described
    let histograms = try isWide ? wideHistograms(totals) : nil
    let listed = try isWide ? wideTopValues(totals) : nil
    var part = Part(profiler: self)
    for (index, column) in columns.enumerated() {
      described[index].numbers = try numbers(
        column, total: totals[index], quantiles: quantiles[index],
        counts: histograms?[index], sample: part.table(of: index))
      if isListed(column, totals[index]) {
        described[index].topValues =
          try listed?[index] ?? topValues(column, sample: part.table(of: index))
      }
    }
    try AssociationMeasure(
      connection: connection, request: request, sample: sample.name, isWide: isWide
    ).measure(&described)
    let profile = DatasetProfile(
      rowCount: rowCount, sampledRowCount: sample.rows, duplicateRowCount: nil, columns: described,
      warnings: try TextLooks(connection: connection).warnings(
        about: described, except: request.exclude, in: sample.name))
    return ProfileWarnings.added(to: profile, request: request)
  }

  /// What one pass over all rows tells of a column.
  struct Totals {
    var present = 0
    var distinct = 0
    var minimum: Double?
    var maximum: Double?
    var mean: Double?
    var standardDeviation: Double?

    /// Of a histogram's bin; 0 where there is none.
    var width: Double {
      guard let minimum, let maximum else { return 0 }
      let width = (maximum - minimum) / Double(histogramBins)
      return width.isFinite ? width : 0
    }
  }

  static let histogramBins = 20
  /// Most frequent values that are told of a column.
  static let topCount = 10
  /// Characters of such a value that are told.
  static let shownLength = 200

  /// What a sample tells of a column of texts.
  struct TextShape {
    var meanLength: Double
    var meanWords: Double

    /// First rows that it is taken from.
    static let mostRows = 20_000

    /// The aggregates over the texts of `value`, SQL, that it is made of.
    static func aggregates(of value: String) -> [String] {
      let length = "avg(length(\(value)))"
      return [
        "CAST(\(length) AS DOUBLE)",
        "CAST(1 + \(length) - avg(length(replace(\(value), ' ', ''))) AS DOUBLE)",
      ]
    }

    /// Out of the values of the two aggregates; nil where no row has a text.
    init?(_ values: some Collection<DuckDBValue>) {
      guard let length = values.first?.number, let words = values.dropFirst().first?.number else {
        return nil
      }
      (meanLength, meanWords) = (length, words)
    }
  }

  private func makeSample() throws -> (name: String, rows: Int) {
    guard rowCount > Self.sampleLimit else { return ("labeled", rowCount) }
    let every = (rowCount + Self.sampleLimit - 1) / Self.sampleLimit
    try connection.execute(
      "CREATE TABLE profile_sample AS SELECT * FROM labeled WHERE hash(_row) % \(every) = 0")
    let rows = try connection.query("SELECT count(*) FROM profile_sample").rows()
    return ("profile_sample", rows.first?.first?.integer ?? 0)
  }

  /// A table of few columns of the sample: a statement over thousands of columns is slow to plan.
  private struct Part {
    let profiler: Profiler
    private var start: Int?

    /// Columns that are laid beside each other for statements about one of them.
    static let width = 100

    init(profiler: Profiler) { self.profiler = profiler }

    /// A table that holds the column at `index`.
    mutating func table(of index: Int) throws -> String {
      let columns = profiler.columns
      guard columns.count > Self.width else { return profiler.sample.name }
      let first = index / Self.width * Self.width
      if start != first {
        let names = columns[first..<min(first + Self.width, columns.count)].map(\.name)
        try profiler.connection.execute(
          "CREATE OR REPLACE TABLE profile_part AS SELECT \(quotedList(names)) "
            + "FROM \(profiler.sample.name)")
        start = first
      }
      return "profile_part"
    }
  }

  /// A column as a number: times become seconds.
  static func numeric(_ column: TableShaping.Column) -> String? {
    switch column.type {
    case "BIGINT", "DOUBLE": quoted(column.name)
    case "TIMESTAMP": "CAST(epoch_us(\(quoted(column.name))) AS DOUBLE) / 1e6"
    default: nil
    }
  }

  private func columnTotals() throws -> [Totals] {
    let isExact = rowCount <= Self.sampleLimit
    return try inParts(columns) { column in
      let name = quoted(column.name)
      var aggregates = [
        "count(\(name))", isExact ? "count(DISTINCT \(name))" : "approx_count_distinct(\(name))",
      ]
      if let number = Self.numeric(column) {
        aggregates += ["min", "max", "avg", "stddev_samp"].map {
          "CAST(\($0)(\(number)) AS DOUBLE)"
        }
      }
      return aggregates
    }.from("labeled").map { values in
      Totals(
        present: values[0].integer ?? 0, distinct: values[1].integer ?? 0,
        minimum: values.count > 2 ? values[2].number : nil,
        maximum: values.count > 2 ? values[3].number : nil,
        mean: values.count > 2 ? values[4].number : nil,
        standardDeviation: values.count > 2 ? values[5].number : nil)
    }
  }

  private func quantiles(sample: String) throws -> [[Double]] {
    let levels = DatasetProfile.quantileLevels.map { "\($0)" }.joined(separator: ", ")
    return try inParts(columns) { column in
      guard let number = Self.numeric(column) else { return [] }
      return ["CAST(quantile_cont(CAST(\(number) AS DOUBLE), [\(levels)]) AS VARCHAR)"]
    }.from(sample).map { values in
      Self.numbers(inList: values.first?.text)
    }
  }

  /// The numbers of a list in its text form, such as `[0.5, 1.25]`.
  static func numbers(inList text: String?) -> [Double] {
    (text ?? "").split { "[], ".contains($0) }.compactMap { Double($0) }
  }

  private func inParts(
    _ columns: [TableShaping.Column], aggregates: (TableShaping.Column) -> [String]
  ) -> AggregateParts {
    AggregateParts(connection: connection, aggregates: columns.map(aggregates))
  }

  /// What the first rows of the sample tell of the columns of texts; nil for others.
  func textShapes() throws -> [TextShape?] {
    let texts = columns.indices.filter { columns[$0].type == "VARCHAR" }
    var shapes = [TextShape?](repeating: nil, count: columns.count)
    for start in stride(from: 0, to: texts.count, by: Part.width) {
      let places = texts[start..<min(start + Part.width, texts.count)]
      let names = places.map { quoted(columns[$0].name) }
      let values = try AggregateParts(
        connection: connection, aggregates: names.map(TextShape.aggregates)
      ).from(
        "(SELECT \(names.joined(separator: ", ")) FROM \(sample.name) LIMIT \(TextShape.mostRows))")
      for (place, value) in zip(places, values) { shapes[place] = TextShape(value) }
    }
    return shapes
  }

  private func numbers(
    _ column: TableShaping.Column, total: Totals, quantiles: [Double],
    counts known: [Int]?, sample: @autoclosure () throws -> String
  ) throws -> DatasetProfile.NumberSummary? {
    guard let number = Self.numeric(column), let minimum = total.minimum,
      let maximum = total.maximum, let mean = total.mean, !quantiles.isEmpty
    else { return nil }
    let counts = try known ?? histogram(of: number, total: total, sample: sample())
    return DatasetProfile.NumberSummary(
      minimum: minimum, maximum: maximum, mean: mean,
      standardDeviation: total.standardDeviation ?? 0, quantiles: quantiles,
      histogram: DatasetProfile.Histogram(
        lowerBound: minimum, upperBound: maximum, counts: counts))
  }

  private func histogram(of number: String, total: Totals, sample: String) throws -> [Int] {
    let bins = Self.histogramBins
    guard total.width > 0 else { return [total.present] }
    var counts = [Int](repeating: 0, count: bins)
    let rows = try connection.query(
      "SELECT CAST(least(\(bins - 1), floor((\(number) - (\(total.minimum ?? 0))) / \(total.width))) "
        + "AS INTEGER) AS bin, count(*) FROM \(sample) WHERE \(number) IS NOT NULL GROUP BY bin"
    ).rows()
    for row in rows {
      if let bin = row[0].integer, counts.indices.contains(bin) {
        counts[bin] = row[1].integer ?? 0
      }
    }
    return counts
  }

  /// Whether the column's most frequent values are worth telling.
  func isListed(_ column: TableShaping.Column, _ total: Totals) -> Bool {
    column.type == "VARCHAR" || column.type == "BOOLEAN"
      || (column.type == "BIGINT" && total.distinct <= 1_000)
  }

  private func topValues(
    _ column: TableShaping.Column, sample: String
  ) throws -> [DatasetProfile.ValueCount] {
    let name = quoted(column.name)
    return try connection.query(
      "SELECT left(CAST(\(name) AS VARCHAR), \(Self.shownLength)), count(*) AS n FROM \(sample) "
        + "WHERE \(name) IS NOT NULL GROUP BY \(name) ORDER BY n DESC, \(name) LIMIT \(Self.topCount)"
    ).rows().map { DatasetProfile.ValueCount(value: $0[0].text ?? "", count: $0[1].integer ?? 0) }
  }
}

/// Aggregates of many columns, asked for in statements of bounded width.
struct AggregateParts {
  let connection: DuckDBConnection
  /// For each column its aggregates; may be none.
  let aggregates: [[String]]

  /// The values for each column, of all rows of `source`.
  func from(_ source: String) throws -> [[DuckDBValue]] {
    var results: [[DuckDBValue]] = []
    for start in stride(from: 0, to: aggregates.count, by: 100) {
      let part = aggregates[start..<min(start + 100, aggregates.count)]
      let all = part.flatMap { $0 }
      let row =
        all.isEmpty
        ? []
        : try connection.query(
          "SELECT \(all.joined(separator: ", ")) FROM \(source)"
        ).rows().first ?? []
      var index = 0
      for wanted in part {
        results.append(Array(row[index..<(index + wanted.count)]))
        index += wanted.count
      }
    }
    return results
  }
}
