public import DataPipelines

/// Features of a forecast: what a series was some steps ago.
///
/// Every lag is at least the horizon, so one model forecasts each step up to the horizon directly
/// from what is known (Taieb et al. 2012), and no row ever sees a value that a forecast of it could
/// not know. Rows that hold the target are history for later rows, beside the last values of the
/// training that are kept here; rows without it are forecast.
public struct LagFeatures: Codable, Sendable, Equatable {
  /// The known end of one series.
  struct History: Codable, Sendable, Equatable {
    /// Numbers of the steps, rising.
    var steps: [Int]
    var values: [Double]
  }

  /// Column that names the time of a row.
  public let time: String
  /// Column that names the series of a row; nil where there is one series.
  public let series: String?
  /// Column that is forecast.
  public let target: String
  /// Steps ahead that a forecast reaches.
  public let horizon: Int
  /// How times are numbered.
  public let steps: TimeSteps
  let lags: [Int]
  /// Lengths of the means of the newest known values.
  let windows: [Int]
  /// By the series' name; the empty name where there is one series.
  private(set) var history: [String: History]

  /// Prepares lags for the rows of a table, all of which are history.
  ///
  /// - Parameter frequency: length of a step such as `1d`; nil finds it.
  public init(
    fitting table: Table, time: String, series: String?, target: String, horizon: Int,
    frequency: String? = nil
  ) throws {
    let horizon = max(horizon, 1)
    self.time = time
    self.series = series
    self.target = target
    self.horizon = horizon
    guard case .numbers(let times)? = table[time]?.values else {
      throw EngineError(
        .noFeatures, "The column \(time) holds neither times nor numbers, so rows have no order.",
        hint: "Name a column of dates or whole numbers as `time`.")
    }
    let names = Self.names(of: series, in: table)
    var timesOfSeries: [String: [Double]] = [:]
    for row in 0..<table.rowCount { timesOfSeries[names[row], default: []].append(times[row]) }
    steps = TimeSteps(
      times: timesOfSeries.keys.sorted().compactMap { timesOfSeries[$0] },
      areTimestamps: table[time]?.type == .timestamp, frequency: frequency)

    let longest = timesOfSeries.values.map(\.count).max() ?? 0
    var lags = Set((0..<4).map { horizon + $0 })
    for season in steps.seasons {
      // The newest known values of the same season.
      let first = (horizon + season - 1) / season * season
      lags.formUnion([first, first + season])
    }
    self.lags = lags.filter { $0 < max(longest, 2) || $0 == horizon }.sorted()
    windows = ([3, 7, 28] + steps.seasons).filter { $0 < max(longest / 2, 2) }.sorted()
    history = [:]
    history = known(in: table, names: names).mapValues { values in
      let reach = (self.lags.max() ?? horizon) + (windows.max() ?? 0) + horizon
      let kept = values.keys.sorted().suffix(reach)
      return History(steps: Array(kept), values: kept.compactMap { values[$0] })
    }
  }

  /// Names of the columns that `transform` adds, all decimal.
  public var columnNames: [String] {
    lags.map { "\(target).lag\($0)" } + windows.map { "\(target).mean\($0)" }
      + ["\(target).change"]
  }

  /// The table with the columns of lags added.
  public func transform(_ table: Table) throws -> Table {
    let names = Self.names(of: series, in: table)
    let now = known(in: table, names: names)
    var values: [String: [Int: Double]] = [:]
    for name in Set(names) {
      var all = Dictionary(
        zip(history[name]?.steps ?? [], history[name]?.values ?? []),
        uniquingKeysWith: { first, _ in first })
      if let fresh = now[name] { all.merge(fresh) { _, newer in newer } }
      values[name] = all
    }
    let times = Self.numbers(time, in: table)
    var columns = [[Double]](repeating: [], count: columnNames.count)
    for row in 0..<table.rowCount {
      let features = self.features(
        of: values[names[row]] ?? [:], at: steps.number(of: times[row]))
      for place in columns.indices { columns[place].append(features[place]) }
    }
    let added = zip(columnNames, columns).map {
      TableColumn(name: $0, type: .decimal, values: .numbers($1))
    }
    return Table(columns: table.columns + added, rowCount: table.rowCount)
  }

  private func features(of values: [Int: Double], at step: Int?) -> [Double] {
    guard let step else { return Array(repeating: .nan, count: columnNames.count) }
    var features = lags.map { values[step - $0] ?? .nan }
    for window in windows {
      let known = (0..<window).compactMap { values[step - horizon - $0] }
      features.append(known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count))
    }
    let newest = values[step - horizon] ?? .nan
    let earlier = values[step - 2 * horizon] ?? values[step - horizon - 1] ?? .nan
    features.append(newest - earlier)
    return features
  }

  /// Values of the target by series and step; the last row of a step counts.
  private func known(in table: Table, names: [String]) -> [String: [Int: Double]] {
    let times = Self.numbers(time, in: table)
    let targets = Self.numbers(target, in: table)
    var known: [String: [Int: Double]] = [:]
    for row in 0..<table.rowCount where !targets[row].isNaN {
      guard let step = steps.number(of: times[row]) else { continue }
      known[names[row], default: [:]][step] = targets[row]
    }
    return known
  }

  private static func numbers(_ name: String, in table: Table) -> [Double] {
    if case .numbers(let values)? = table[name]?.values { return values }
    return Array(repeating: .nan, count: table.rowCount)
  }

  private static func names(of series: String?, in table: Table) -> [String] {
    guard let column = series.flatMap({ table[$0] }) else {
      return Array(repeating: "", count: table.rowCount)
    }
    switch column.values {
    case .numbers(let values): return values.map(\.description)
    case .strings(let codes, let values):
      return codes.map { $0 < 0 ? "" : values[Int($0)] }
    }
  }
}
