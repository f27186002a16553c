internal import API
internal import Foundation

/// How far a run is, as text to append to what was written before.
///
/// On a terminal the lines of the stages are drawn over; elsewhere each change is a line of its own
/// without control characters.
struct WorkflowProgress {
  let terminal: Terminal
  let isShown: Bool
  private var drawnLines = 0
  private var lastLines: [String: String] = [:]
  private var lastSpoken = Date.distantPast

  init(terminal: Terminal, isShown: Bool) {
    self.terminal = terminal
    self.isShown = isShown
  }

  /// What to write now.
  mutating func update(_ run: WorkflowRunWire, now: Date = Date()) -> String {
    guard isShown else { return "" }
    return terminal.isInteractive ? redraw(run) : speak(run, now: now)
  }

  private mutating func redraw(_ run: WorkflowRunWire) -> String {
    var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
    let lines = run.stages.map { line($0) }
    for line in lines { text += "\r\u{1B}[K" + line + "\n" }
    drawnLines = lines.count
    return text
  }

  private mutating func speak(_ run: WorkflowRunWire, now: Date) -> String {
    var text = ""
    let isTime = now.timeIntervalSince(lastSpoken) >= 10
    for stage in run.stages where stage.status != "pending" {
      let progress = isTime && stage.status == "running" ? details(stage) : ""
      let state = stage.status + (stage.reused ? " reused" : "")
      guard lastLines[stage.name] != state || !progress.isEmpty else { continue }
      if stage.status == "running" { lastSpoken = now }
      lastLines[stage.name] = state
      let words = details(stage)
      text += "\(stage.name): \(state)\(words.isEmpty ? "" : " · " + words)\n"
    }
    return text
  }

  private func line(_ stage: WorkflowRunWire.Stage) -> String {
    let mark =
      switch stage.status {
      case "succeeded": terminal.paint("✔", .good)
      case "failed": terminal.paint("✘", .bad)
      case "running": terminal.paint("●", .active)
      default: terminal.paint("·", .faint)
      }
    let name = stage.name.padding(toLength: 9, withPad: " ", startingAt: 0)
    let words = String(details(stage).prefix(max(20, terminal.width - 14)))
    return "\(mark) \(name)  \(words)"
  }

  /// What there is to say about a stage beside its name and state.
  func details(_ stage: WorkflowRunWire.Stage) -> String {
    let time = stage.seconds.map { Self.duration($0) } ?? ""
    switch stage.status {
    case "pending", "skipped", "canceled": return ""
    case "succeeded": return stage.reused ? "unchanged, taken over" : time
    case "failed": return [time, stage.error?.code ?? ""].joined(separator: "  ")
    default: break
    }
    guard let progress = stage.progress else { return time }
    var parts = [time]
    if let trials = progress.trials, trials > 0 {
      parts.append("trial \(trials)" + (progress.trialLimit.map { " of \($0)" } ?? ""))
      if let best = progress.bestValue { parts.append("best \(String(format: "%.4g", best))") }
      if let rate = progress.trialsPerSecond {
        parts.append(String(format: rate < 10 ? "%.1f trials/s" : "%.0f trials/s", rate))
      }
      if let left = progress.secondsLeft { parts.append("\(Self.duration(left)) left") }
    } else {
      if let share = progress.share { parts.append("\(Int(share * 100)) %") }
      let words = progress.message.isEmpty ? progress.phase : progress.message
      if !words.isEmpty { parts.append(words) }
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: String(format: "%.1f s", seconds)
    case ..<90: String(format: "%.0f s", seconds)
    case ..<5400: String(format: "%.0f min", seconds / 60)
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}
