/// When samples go into the journal: often at first, ever more rarely, so that a journal stays small
/// however long an attempt runs.
struct SampleSchedule {
  /// Samples after which the pause doubles.
  static let patience = 720
  static let firstPauseMs: Int64 = 5_000

  private var pauseMs = SampleSchedule.firstPauseMs
  private var count = 0
  private var nextAt: Int64
  private var lastAt: Int64
  private var lastCpuMs: Int64 = 0

  init(startedAt: Int64) {
    lastAt = startedAt
    nextAt = startedAt + 1_000
  }

  /// The processor time since the last sample in thousandths of a core, once the next is due.
  mutating func due(now: Int64, cpuMs: Int64) -> Int64? {
    guard now >= nextAt, now > lastAt else { return nil }
    let busy = max(0, cpuMs - lastCpuMs) * 1_000 / (now - lastAt)
    (lastAt, lastCpuMs) = (now, max(cpuMs, lastCpuMs))
    count += 1
    if count.isMultiple(of: Self.patience) { pauseMs *= 2 }
    nextAt = now + pauseMs
    return busy
  }
}
