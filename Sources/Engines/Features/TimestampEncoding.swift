/// A point in time as numbers with a meaning: parts of the calendar (UTC) and the days passed.
struct TimestampEncoding: Codable, Sendable, Equatable {
  /// One feature.
  enum Part: String, Codable, CaseIterable {
    case year, month, day
    /// 0 is Monday.
    case weekday
    case hour
    /// Days since the first time seen in training, with fractions.
    case days
  }

  /// The parts that varied in training.
  let parts: [Part]
  /// First time seen in training, in seconds since 1970.
  let minimum: Double

  /// The parts that vary among times in seconds since 1970; nil where none does.
  init?(fitting times: [Double]) {
    let known = times.filter { $0.isFinite }
    guard let minimum = known.min() else { return nil }
    let hasMissing = known.count < times.count
    var first: [Float] = []
    var isVarying = Array(repeating: hasMissing, count: Part.allCases.count)
    var parts = [Float](repeating: .nan, count: Part.allCases.count)
    for time in known {
      for (place, part) in Part.allCases.enumerated() {
        parts[place] = Self.value(of: part, at: time, since: minimum)
      }
      if first.isEmpty { first = parts }
      for place in parts.indices where parts[place] != first[place] { isVarying[place] = true }
    }
    // A missing time shows in one part as well as in all.
    let varying = zip(Part.allCases, isVarying).filter(\.1).map(\.0)
    self.parts = known.allSatisfy { $0 == minimum } && hasMissing ? [.days] : varying
    self.minimum = minimum
    if self.parts.isEmpty { return nil }
  }

  func encode(_ time: Double, into features: UnsafeMutablePointer<Float>) {
    for (place, part) in parts.enumerated() {
      features[place] = Self.value(of: part, at: time, since: minimum)
    }
  }

  /// Beyond these times (some 300,000 years) a time is taken for missing.
  private static let bound = 1e13

  private static func value(of part: Part, at time: Double, since minimum: Double) -> Float {
    guard abs(time) < bound else { return .nan }
    if part == .days { return Float((time - minimum) / 86_400) }
    let seconds = Int(time.rounded(.down))
    let day = Int((Double(seconds) / 86_400).rounded(.down))
    switch part {
    case .hour: return Float((seconds - day * 86_400) / 3_600)
    // 1970-01-01 was a Thursday.
    case .weekday: return Float(((day + 3) % 7 + 7) % 7)
    case .year: return Float(CivilDate(day: day).year)
    case .month: return Float(CivilDate(day: day).month)
    case .day: return Float(CivilDate(day: day).day)
    case .days: return .nan
    }
  }
}

/// A date of the Gregorian calendar.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days` and
/// `days_from_civil`.
struct CivilDate: Equatable {
  var year: Int
  var month: Int
  var day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that many days after 1970-01-01.
  init(day number: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days after 1970-01-01.
  var dayNumber: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
