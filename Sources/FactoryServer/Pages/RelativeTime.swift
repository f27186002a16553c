/// How long ago something was, in words.
enum RelativeTime {
  /// `just now`, `5 min ago`, `3 h ago`, `2 days ago`; a dash for what was there from the start.
  static func words(ofMs time: Int64, nowMs: Int64) -> String {
    guard time > 0 else { return "–" }
    let minutes = max(0, nowMs - time) / 60_000
    switch minutes {
    case 0: return "just now"
    case 1..<60: return "\(minutes) min ago"
    case 60..<1_440: return "\(minutes / 60) h ago"
    case 1_440..<2_880: return "yesterday"
    default: return "\(minutes / 1_440) days ago"
    }
  }

  /// `3.2 s`, `5 min`, `2 h 10 min`.
  static func duration(ofMs duration: Int64) -> String {
    switch max(0, duration) {
    case let ms where ms < 120_000: "\(Double(ms / 100) / 10) s"
    case let ms where ms < 7_200_000: "\(ms / 60_000) min"
    case let ms: "\(ms / 3_600_000) h \(ms / 60_000 % 60) min"
    }
  }
}
