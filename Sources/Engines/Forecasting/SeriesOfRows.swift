import DataPipelines

/// The series of a table's rows, with all that is known of each: kept history and the rows themselves.
struct SeriesOfRows {
  /// By number of the series.
  private(set) var history: [SeriesHistory] = []
  /// A number for each row.
  private(set) var number: [Int] = []
  /// The step of each row; nil where its time is missing.
  let step: [Int?]
  private let isKnown: [Bool]

  init(_ table: Table, of lags: LagFeatures) {
    let names = LagFeatures.names(of: lags.series, in: table)
    let now = lags.known(in: table, names: names)
    let empty = SeriesHistory([:])
    var numbers: [String: Int] = [:]
    for name in names {
      let known = numbers[name] ?? history.count
      if known == history.count {
        numbers[name] = known
        history.append((lags.history[name] ?? empty).merged(with: now[name] ?? [:]))
      }
      number.append(known)
    }
    step = LagFeatures.numbers(lags.time, in: table).map(lags.steps.number(of:))
    isKnown = LagFeatures.numbers(lags.target, in: table).map { !$0.isNaN }
  }

  /// How many steps ahead each row is forecast.
  ///
  /// A row without the target is forecast from the newest value before it. Rows that hold it are
  /// measured as in use, with an origin that moves on where the horizon is reached: the first of
  /// them is one step ahead, the next two, and so on (rolling origin; Tashman 2000).
  func leads(horizon: Int) -> [Int] {
    var leads = [Int](repeating: horizon, count: step.count)
    var rows = [[(row: Int, step: Int)]](repeating: [], count: history.count)
    for row in step.indices {
      guard let step = step[row] else { continue }
      if isKnown[row] {
        rows[number[row]].append((row, step))
      } else if let origin = history[number[row]].newest(before: step) {
        leads[row] = step - origin
      }
    }
    for (series, own) in rows.enumerated() {
      var origin: Int?
      for (row, step) in own.sorted(by: { ($0.step, $0.row) < ($1.step, $1.row) }) {
        if origin.map({ step - $0 > horizon }) ?? true {
          origin = history[series].newest(before: step)
        }
        // The first of a series has nothing before it.
        if let origin { leads[row] = step - origin }
      }
    }
    return leads
  }
}
