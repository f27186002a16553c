import Basics
import Foundation
import Glibc

/// Times as Optuna's SQLite storage has them, without a zone.
///
/// They are UTC since its version 5.0.0; earlier ones wrote the local time of whatever machine they
/// ran on, which the file does not tell, and which version 5 reads as UTC, too.
enum OptunaTime {
  /// Milliseconds since 1970 of `2026-01-31 23:59:59.123456`; nil for anything else.
  static func milliseconds(_ text: String) -> Int64? {
    let parts = text.split { "-: T.".contains($0) }
    let numbers = parts.prefix(6).compactMap { Int32($0) }
    guard numbers.count == 6, numbers.allSatisfy({ (0...9_999).contains($0) }) else { return nil }
    var time = tm()
    time.tm_year = numbers[0] - 1900
    time.tm_mon = numbers[1] - 1
    time.tm_mday = numbers[2]
    time.tm_hour = numbers[3]
    time.tm_min = numbers[4]
    time.tm_sec = numbers[5]
    let fraction = parts.count > 6 ? Int64((parts[6] + "000").prefix(3)) ?? 0 : 0
    return Int64(timegm(&time)) * 1_000 + fraction
  }

  /// The text of milliseconds since 1970.
  static func text(_ milliseconds: Int64) -> String {
    let fraction = ((milliseconds % 1_000) + 1_000) % 1_000
    var seconds = time_t((milliseconds - fraction) / 1_000)
    var time = tm()
    gmtime_r(&seconds, &time)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d.%03d000", time.tm_year + 1900, time.tm_mon + 1,
      time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec, Int32(fraction))
  }
}
