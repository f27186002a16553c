/// Numbers the steps of a series: equal steps of time, or calendar months, quarters and years.
public struct TimeSteps: Codable, Sendable, Equatable {
  /// What a step is.
  enum Unit: Codable, Sendable, Equatable {
    /// So many of the time column's own unit (seconds for timestamps) from `origin`.
    case length(Double, origin: Double)
    /// So many calendar months; the time is in seconds since 1970.
    case months(Int)
  }

  let unit: Unit

  init(unit: Unit) { self.unit = unit }

  /// The step that most neighboring times of a series lie apart.
  ///
  /// - Parameters:
  ///   - times: of each series, in any order; NaN is left out.
  ///   - areTimestamps: whether times are seconds since 1970, so that calendars count.
  ///   - frequency: such as `1d`, `2h`, `1mo`; nil: found from the times.
  public init(times: [[Double]], areTimestamps: Bool, frequency: String?) {
    let known = times.map { $0.filter { !$0.isNaN }.sorted() }
    let origin = known.compactMap(\.first).min() ?? 0
    if let named = frequency.flatMap({ Self.unit(named: $0, origin: origin) }) {
      unit = named
      return
    }
    var gaps: [Double] = []
    for series in known {
      for (earlier, later) in zip(series, series.dropFirst()) where later > earlier {
        gaps.append(later - earlier)
      }
    }
    gaps.sort()
    let typical = gaps.isEmpty ? 1 : gaps[gaps.count / 2]
    let days = typical / 86_400
    switch areTimestamps ? days : 0 {
    case 28...31: unit = .months(1)
    case 89...92: unit = .months(3)
    case 365...366: unit = .months(12)
    default: unit = .length(typical, origin: origin)
    }
  }

  /// The number of the step in which a time lies; nil for NaN.
  public func number(of time: Double) -> Int? {
    guard time.isFinite else { return nil }
    switch unit {
    case .length(let length, let origin):
      let place = ((time - origin) / length).rounded()
      return abs(place) < 1e15 ? Int(place) : nil
    case .months(let count):
      let days = (time / 86_400).rounded(.down)
      guard abs(days) < 1e9 else { return nil }
      let (year, month) = Self.yearAndMonth(ofDay: Int(days))
      return Int((Double(year * 12 + month - 1) / Double(count)).rounded(.down))
    }
  }

  /// Steps after which values are likely to be alike: a day of hours, a week of days, a year of months.
  var seasons: [Int] {
    switch unit {
    case .months(let count): return count < 12 ? [12 / count] : []
    case .length(let length, _):
      let perHour = 3600 / length
      let perDay = 86_400 / length
      if abs(length - 604_800) < 3600 { return [52] }
      if abs(perDay - 1) < 0.01 { return [7] }
      if perHour >= 0.1, perDay.rounded() == perDay, perDay <= 288 {
        return [Int(perDay), 7 * Int(perDay)]
      }
      return []
    }
  }

  private static func unit(named name: String, origin: Double) -> Unit? {
    let digits = name.prefix { $0.isNumber }
    let count = digits.isEmpty ? 1 : Int(digits) ?? 1
    guard count > 0 else { return nil }
    let seconds: Double
    switch name.dropFirst(digits.count).lowercased() {
    case "s": seconds = 1
    case "m", "min": seconds = 60
    case "h": seconds = 3600
    case "d": seconds = 86_400
    case "w": seconds = 604_800
    case "mo", "month", "months": return .months(count)
    case "q": return .months(3 * count)
    case "y": return .months(12 * count)
    case "": return .length(Double(count), origin: origin)
    default: return nil
    }
    return .length(Double(count) * seconds, origin: origin)
  }

  /// The calendar's year and month of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
  static func yearAndMonth(ofDay day: Int) -> (year: Int, month: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let place = (5 * dayOfYear + 2) / 153
    let month = place < 10 ? place + 3 : place - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month)
  }
}
