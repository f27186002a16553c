import Foundation

/// Times and durations as the protocol's JSON writes them.
enum MLflowTime {
  /// Milliseconds of `2024-03-01T12:30:05.25Z`; nil for what is no time.
  static func milliseconds(of text: String) -> Int64? {
    let date =
      (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      // Whole seconds come without a fraction.
      ?? (try? Date(text, strategy: .iso8601))
    return date.map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) }
  }

  /// `2024-03-01T12:30:05.250Z`.
  static func text(_ ms: Int64) -> String {
    // The fraction by whole numbers: as a double it may come out a millisecond less.
    let fraction = (ms % 1_000 + 1_000) % 1_000
    let whole = Date(timeIntervalSince1970: Double((ms - fraction) / 1_000)).formatted(.iso8601)
    return whole.dropLast() + String(format: ".%03lldZ", fraction)
  }

  /// Milliseconds of `0.25s`.
  static func duration(of text: String) -> Int64? {
    guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds.isFinite,
      abs(seconds) < 1e12
    else { return nil }
    return Int64((seconds * 1_000).rounded())
  }

  /// `0.250s`.
  static func durationText(_ ms: Int64) -> String {
    String(format: "%.3fs", Double(ms) / 1_000)
  }
}
