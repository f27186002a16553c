/// How long ago something was, in words.
enum RelativeTime {
  /// `just now`, `5 min ago`, `3 h ago`, `2 days ago`.
  static func words(ofMs time: Int64, nowMs: Int64) -> String {
    let minutes = max(0, nowMs - time) / 60_000
    switch minutes {
    case 0: return "just now"
    case 1..<60: return "\(minutes) min ago"
    case 60..<1_440: return "\(minutes / 60) h ago"
    case 1_440..<2_880: return "yesterday"
    default: return "\(minutes / 1_440) days ago"
    }
  }
}
