import DataPipelines

/// How a forecast does over time.
struct ForecastReport: Codable, Sendable, Equatable {
  /// The error of the rows that many steps into a block of the horizon.
  struct StepError: Codable, Sendable, Equatable {
    var step: Int
    var rowCount: Int
    var meanAbsoluteError: Double
  }

  struct Curve: Codable, Sendable, Equatable {
    struct Point: Codable, Sendable, Equatable {
      /// Seconds since 1970, or the number itself where time is a number.
      var time: Double
      var actual: Double
      var predicted: Double
      var low: Double?
      var high: Double?
    }

    /// Name of the series; empty if there is one.
    var series: String
    var points: [Point]
  }

  static let mostCurves = 3
  static let mostPoints = 300
  static let mostSteps = 60

  var steps: [StepError]
  var curves: [Curve]
  var timeIsDate: Bool

  /// Measures the rows of each series in order of time; nil without a time column.
  init?(
    table: Table, truth: [Double], predicted: [Double], bounds: [ClosedRange<Double>]?,
    time: String, series: String?, horizon: Int?
  ) {
    guard let timeColumn = table[time], case .numbers(let times) = timeColumn.values else {
      return nil
    }
    timeIsDate = timeColumn.type == .timestamp
    let slicing = series.flatMap { table[$0] }.map(SeriesRows.init) ?? SeriesRows(table.rowCount)
    var sums: [Double] = []
    var counts: [Int] = []
    var all: [(name: String, rows: [Int])] = []
    for (name, rows) in zip(slicing.names, slicing.rows) {
      let ordered = rows.filter { times[$0].isFinite }.sorted { times[$0] < times[$1] }
      for (place, row) in ordered.enumerated() {
        let step = horizon.map { place % max(1, $0) } ?? place
        guard step < Self.mostSteps else { continue }
        while sums.count <= step {
          sums.append(0)
          counts.append(0)
        }
        sums[step] += abs(predicted[row] - truth[row])
        counts[step] += 1
      }
      all.append((name, ordered))
    }
    steps = sums.indices.map {
      StepError(
        step: $0 + 1, rowCount: counts[$0], meanAbsoluteError: sums[$0] / Double(counts[$0]))
    }
    let shown = all.enumerated().sorted {
      ($1.element.rows.count, $0.offset) < ($0.element.rows.count, $1.offset)
    }.prefix(Self.mostCurves).map(\.element)
    curves = shown.map { name, rows in
      Curve(
        series: name,
        points: rows.suffix(Self.mostPoints).map { row in
          Curve.Point(
            time: times[row], actual: truth[row], predicted: predicted[row],
            low: bounds?[row].lowerBound, high: bounds?[row].upperBound)
        })
    }
  }
}

/// The rows of each series.
struct SeriesRows {
  var names: [String]
  var rows: [[Int]]

  /// One series of all rows.
  init(_ rowCount: Int) {
    names = [""]
    rows = [Array(0..<rowCount)]
  }

  /// One series a value of the column, whatever its type.
  init(_ column: TableColumn) {
    let keys: [String]
    switch column.values {
    case .numbers(let values):
      keys = values.map { Truth.className(of: $0, type: column.type) }
    case .strings(let codes, let values):
      keys = codes.map { $0 < 0 ? "(missing)" : values[Int($0)] }
    }
    names = []
    rows = []
    var places: [String: Int] = [:]
    for (row, key) in keys.enumerated() {
      let place = places[key] ?? names.count
      if place == names.count {
        places[key] = place
        names.append(key)
        rows.append([])
      }
      rows[place].append(row)
    }
  }

  /// A code a row.
  func codes(rowCount: Int) -> [Int32] {
    var codes = [Int32](repeating: 0, count: rowCount)
    for (code, members) in rows.enumerated() { for row in members { codes[row] = Int32(code) } }
    return codes
  }
}
