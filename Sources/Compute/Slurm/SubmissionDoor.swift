/// Whether a cluster takes jobs, as far as the last submission told.
///
/// While it does not (its controller is away, nobody can log in, a quota is reached, a disk is full), one job asks for
/// all, after 1, 2, 4 and then every 8 seconds. Once that one is taken, all others go at once: however many wait, they
/// cost a cluster in trouble nothing, and are there seconds after it has recovered.
struct SubmissionDoor: Sendable, Equatable {
  /// Longest pause between two questions.
  static let longestPauseMs: Int64 = 8_000

  /// When the next one asks; nil while the cluster takes jobs, or one is asking.
  private(set) var opensAtMs: Int64?
  /// Questions in a row that came to nothing.
  private(set) var failures: Int64 = 0
  /// What was said last.
  private(set) var words = ""

  /// Whether jobs go as they come, or one that asked has not been answered yet.
  var isOpen: Bool { opensAtMs == nil }

  /// Whether one may ask at a moment.
  func mayKnock(_ nowMs: Int64) -> Bool { opensAtMs.map { nowMs >= $0 } ?? true }

  /// Milliseconds until one may ask.
  func waitMs(_ nowMs: Int64) -> Int64 { opensAtMs.map { max(0, $0 - nowMs) } ?? 0 }

  /// The cluster answers again: one asks at once.
  mutating func hasten() { if !isOpen { opensAtMs = 0 } }

  /// One asks.
  mutating func knock() { opensAtMs = nil }

  /// A job was answered, whether it was taken or not.
  mutating func open() { (opensAtMs, failures) = (nil, 0) }

  /// A job was not answered, or is to come later; of several at a time the first one counts.
  mutating func close(_ words: String, _ nowMs: Int64) {
    self.words = words
    guard isOpen else { return }
    failures += 1
    opensAtMs = nowMs + Self.pauseMs(after: failures)
  }

  /// The pause after so many failures: 1, 2, 4 and then 8 seconds.
  static func pauseMs(after failures: Int64) -> Int64 {
    min(longestPauseMs, 1_000 << min(failures - 1, 10))
  }
}
