import Glibc
import Synchronization

/// The moment of an answer, as HTTP writes it (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let last = Mutex((second: 0, text: ""))

  /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`; written once a second.
  static func now() -> String {
    let second = time(nil)
    return last.withLock { last in
      if last.second != second { last = (second, text(second)) }
      return last.text
    }
  }

  /// - Parameter second: Unix time.
  static func text(_ second: Int) -> String {
    var (second, parts) = (second, tm())
    gmtime_r(&second, &parts)
    let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
    let month = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][Int(parts.tm_mon)]
    let date = "\(twoDigits(parts.tm_mday)) \(month) \(1_900 + parts.tm_year)"
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
    return "\(day), \(date) \(clock) GMT"
  }

  private static func twoDigits(_ number: Int32) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
