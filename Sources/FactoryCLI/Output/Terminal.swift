import Foundation

/// What standard output is: a terminal of some width, or a pipe.
struct Terminal: Sendable, Equatable {
  var isInteractive: Bool
  var hasColor: Bool
  var width: Int

  /// Most columns that a table takes, on however wide a terminal.
  static let widest = 100

  static let pipe = Terminal(isInteractive: false, hasColor: false, width: widest)

  /// Standard output as it is now; `NO_COLOR` (no-color.org) and `TERM=dumb` are heeded.
  static var standard: Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { return .pipe }
    let environment = ProcessInfo.processInfo.environment
    let isDumb = environment["TERM"] == "dumb"
    var size = winsize()
    let columns = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    return Terminal(
      isInteractive: !isDumb,
      hasColor: !isDumb && (environment["NO_COLOR"] ?? "").isEmpty,
      width: columns == 0 ? 80 : min(columns, widest))
  }

  /// `text` in a color where this terminal shows colors.
  func paint(_ text: String, _ color: TextColor?) -> String {
    guard hasColor, let color else { return text }
    return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
  }
}

/// The few colors in use, by meaning.
enum TextColor: Int, Sendable {
  case bad = 31
  case good = 32
  case active = 33
  case faint = 90
  case title = 1

  /// The color of a state's word, such as `succeeded` or `running`.
  static func ofStatus(_ status: String) -> TextColor? {
    switch status {
    case "succeeded", "ready", "passed", "done", "healthy": .good
    case "failed", "lost", "broken", "missing": .bad
    case "running", "starting", "stopping", "waiting", "queued": .active
    case "canceled", "ended", "reused", "skipped": .faint
    default: nil
    }
  }
}
