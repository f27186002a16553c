public import DataPipelines

/// Features of a forecast: what was known of a series some steps before the row.
///
/// Each row has an *origin*, the last step that a forecast of it knows, and a *lead*, the steps from
/// there to the row: no feature sees beyond the origin. One model learns all leads up to the
/// horizon, with the lead as a feature (direct forecasts; Taieb et al. 2012), so a forecast of
/// tomorrow uses today, and that of next week no more than it may. Rows that hold the target are
/// history for later rows, beside the last values of the training that are kept here; rows without
/// it are forecast.
public struct LagFeatures: Codable, Sendable, Equatable {
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
  /// Steps after which values are likely to be alike.
  let seasons: [Int]
  /// Lengths of the means of the newest known values.
  let windows: [Int]
  /// By the series' name; the empty name where there is one series.
  private(set) var history: [String: SeriesHistory]

  /// Newest known values that are features.
  private static let recentValues = 4

  /// Prepares lags for the rows of a table, all of which are history.
  ///
  /// - Parameter frequency: length of a step such as `1d`; nil finds it.
  public init(
    fitting table: Table, time: String, series: String?, target: String, horizon: Int,
    frequency: String? = nil
  ) throws {
    self.time = time
    self.series = series
    self.target = target
    self.horizon = max(horizon, 1)
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
    seasons = steps.seasons.filter { $0 < longest }
    windows = Set([3, 7, 28] + steps.seasons).filter { $0 < max(longest / 2, 2) }.sorted()
    history = [:]
    let reach = max((seasons.max() ?? 0) * 2, windows.max() ?? 0, 28) + 2 * self.horizon
    history = known(in: table, names: names).mapValues { values in
      SeriesHistory(values).suffix(from: (values.keys.max() ?? 0) - reach)
    }
  }

  /// Name of the column that tells a row's lead.
  public var leadColumn: String { "\(target).lead" }

  /// Names of the columns that `transform` adds, all decimal.
  public var columnNames: [String] {
    [leadColumn] + (1...Self.recentValues).map { "\(target).recent\($0)" }
      + seasons.flatMap { ["\(target).season\($0)", "\(target).season\($0).before"] }
      + windows.map { "\(target).mean\($0)" } + ["\(target).change"]
  }

  /// The table with the columns of lags added.
  ///
  /// - Parameter leads: a lead for each row; nil takes those of `leads(of:)`.
  public func transform(_ table: Table, leads: [Int]? = nil) throws -> Table {
    let series = SeriesOfRows(table, of: self)
    let leads = leads ?? series.leads(horizon: horizon)
    var columns = [[Double]](repeating: [], count: columnNames.count)
    for place in columns.indices { columns[place].reserveCapacity(table.rowCount) }
    for row in 0..<table.rowCount {
      let features = features(
        of: series.history[series.number[row]], at: series.step[row], lead: leads[row])
      for place in columns.indices { columns[place].append(features[place]) }
    }
    let added = zip(columnNames, columns).map {
      TableColumn(name: $0, type: .decimal, values: .numbers($1))
    }
    return Table(columns: table.columns + added, rowCount: table.rowCount)
  }

  /// Leads at which the rows of a training are learned, row after row, and the row of each.
  ///
  /// Each row is learned at up to four leads of the horizon, others from row to row.
  ///
  /// - Parameter mostRows: bound of all rows together.
  public func trainingLeads(of table: Table, mostRows: Int) -> (rows: [Int], leads: [Int]) {
    let copies = max(1, min(horizon, 4, mostRows / max(table.rowCount, 1)))
    let times = Self.numbers(time, in: table)
    var (rows, leads): ([Int], [Int]) = ([], [])
    for row in 0..<table.rowCount {
      let start = steps.number(of: times[row]) ?? row
      for copy in 0..<copies {
        let turn = start % horizon + horizon + copy * horizon / copies
        rows.append(row)
        leads.append(1 + turn % horizon)
      }
    }
    return (rows, leads)
  }

  private func features(of known: SeriesHistory, at step: Int?, lead: Int) -> [Double] {
    guard let step else { return Array(repeating: .nan, count: columnNames.count) }
    let origin = step - lead
    var features = [Double(lead)]
    // The newest known values, wherever steps are missing.
    let place = known.place(of: origin + 1)
    let recent = (0..<Self.recentValues).map { back in
      place > back ? known.values[place - 1 - back] : .nan
    }
    features += recent
    for season in seasons {
      let nearest = (lead + season - 1) / season * season
      features.append(known[step - nearest] ?? .nan)
      features.append(known[step - nearest - season] ?? .nan)
    }
    for window in windows {
      features.append(known.mean(of: origin - window + 1...origin) ?? .nan)
    }
    let earlier = known.newest(before: origin - lead + 1).flatMap { known[$0] } ?? .nan
    features.append(recent[0] - earlier)
    return features
  }

  /// Values of the target by series and step; the last row of a step counts.
  func known(in table: Table, names: [String]) -> [String: [Int: Double]] {
    let times = Self.numbers(time, in: table)
    let targets = Self.numbers(target, in: table)
    var known: [String: [Int: Double]] = [:]
    for row in 0..<table.rowCount where !targets[row].isNaN {
      guard let step = steps.number(of: times[row]) else { continue }
      known[names[row], default: [:]][step] = targets[row]
    }
    return known
  }

  static func numbers(_ name: String, in table: Table) -> [Double] {
    if case .numbers(let values)? = table[name]?.values { return values }
    return Array(repeating: .nan, count: table.rowCount)
  }

  static func names(of series: String?, in table: Table) -> [String] {
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
