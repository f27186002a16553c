import Foundation

/// Numbers as people read them.
enum NumberText {
  /// At most four significant digits: `0.6642`, `12.5`, `1.2e-05`, `48,231`.
  static func short(_ value: Double) -> String {
    if value.isNaN { return "–" }
    if value.isInfinite { return value > 0 ? "∞" : "−∞" }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if value == value.rounded(), magnitude < 1e15 {
      return grouped(Int64(value))
    }
    if magnitude >= 1e7 || magnitude < 1e-4 {
      return sign(String(format: "%.3g", value))
    }
    let digits = max(0, 3 - Int(floor(log10(magnitude))))
    return sign(trimmed(String(format: "%.*f", min(digits, 7), value)))
  }

  /// Numbers beside each other, with as many digits as it takes to tell them apart: four or more.
  static func short(_ value: Double, among others: some Sequence<Double>) -> String {
    let finite = others.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < high, value.isFinite,
      value != value.rounded() || abs(value) >= 1e15
    else { return short(value) }
    let digits = Int(ceil(log10(max(abs(low), abs(high)) / (high - low)))) + 3
    guard digits > 4 else { return short(value) }
    return sign(String(format: "%.*g", min(digits, 15), value))
  }

  /// A count with thousands apart: `48,231`.
  static func grouped(_ value: Int64) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "−" + text : text
  }

  /// A count with thousands apart.
  static func grouped(_ value: Int) -> String { grouped(Int64(value)) }

  /// A share as percent: `12.3 %`.
  static func percent(_ share: Double) -> String {
    // What rounds to zero has no sign.
    share.isFinite
      ? sign(String(format: "%.1f %%", abs(share) < 0.0005 ? 0 : share * 100)) : "–"
  }

  /// Bytes in the unit that keeps them short.
  static func bytes(_ count: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return (unit == 0 ? String(count) : String(format: "%.1f", value)) + " " + units[unit]
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var kept = Substring(text)
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return String(kept)
  }

  /// A typographic minus sign.
  private static func sign(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}

/// Times as people read them, in UTC.
enum DateText {
  /// `2024-03-01` of seconds since 1970.
  static func day(_ seconds: Double) -> String { String(minute(seconds).prefix(10)) }

  /// `2024-03-01 12:30` of seconds since 1970.
  static func minute(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e11 else { return "–" }
    let text = Date(timeIntervalSince1970: seconds).formatted(
      .iso8601.dateTimeSeparator(.space).timeZoneSeparator(.omitted))
    return String(text.prefix(16))
  }
}
