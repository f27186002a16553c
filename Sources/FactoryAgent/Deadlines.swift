/// When an attempt has to act next; all times are of the monotonic clock.
struct Deadlines {
  static let heartbeatMs: Int64 = 15_000
  static let syncMs: Int64 = 500
  static let flushMs: Int64 = 20

  var timeLimitAt: Int64 = .max
  /// When tasks that were told to stop are killed.
  var killAt: Int64?
  var memoryAt: Int64 = .max
  var sampleAt: Int64 = .max
  var heartbeatAt: Int64 = .max
  /// When reports that were journaled reach the disk for sure.
  var syncAt: Int64 = .max
  /// Until when records wait for others to share a write with.
  private(set) var heldUntil: Int64 = 0
  private var startedAt: Int64 = 0

  mutating func begin(timeLimitMs: Int64?, memory: MemoryWatch) {
    startedAt = monotonicMs()
    if let timeLimitMs { timeLimitAt = startedAt + timeLimitMs }
    if memory.limitBytes != nil { memoryAt = startedAt + memory.interval(residentBytes: 0) }
    sampleAt = startedAt + 1_000
    heartbeatAt = startedAt + 1_000
  }

  /// Plans the next look at the tree: often at first, then every five seconds.
  mutating func sampled(_ memory: MemoryWatch, residentBytes: Int64, now: Int64) {
    if memory.limitBytes != nil { memoryAt = now + memory.interval(residentBytes: residentBytes) }
    sampleAt = now + (now - startedAt < 30_000 ? 1_000 : 5_000)
  }

  /// A report was journaled: those of the next half second share its way to the disk.
  mutating func reported() {
    if syncAt == .max { syncAt = monotonicMs() + Self.syncMs }
  }

  /// A record is about to wait for the next write.
  ///
  /// - Parameters:
  ///   - isPatient: whether it may wait for others.
  ///   - isFirst: whether none waits already.
  mutating func recorded(isPatient: Bool, isFirst: Bool) {
    if !isPatient {
      heldUntil = 0
    } else if isFirst {
      heldUntil = monotonicMs() + Self.flushMs
    }
  }

  /// Milliseconds that the loop may sleep.
  func timeoutMs(isBehind: Bool) -> Int32 {
    let next = min(timeLimitAt, killAt ?? .max, memoryAt, sampleAt, heartbeatAt, syncAt)
    let now = monotonicMs()
    let sleep = min(max(0, next - now), 60_000)
    // Records that the disk did not take are tried again soon.
    return Int32(isBehind ? min(sleep, heldUntil > now ? heldUntil - now : 200) : sleep)
  }
}
