import Dispatch
import Glibc
import Synchronization

/// Tells the disk about appended bytes at most once an interval, away from the thread that appends.
final class SegmentSyncer: Sendable {
  private struct State {
    var isScheduled = false
    var isStopped = false
  }

  private let intervalMs: Int
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "segments")

  init(intervalMs: Int) { self.intervalMs = intervalMs }

  /// Schedules one fdatasync, unless one is waiting already.
  func markDirty(_ descriptor: Int32) {
    let isFirst = state.withLock { state in
      guard !state.isScheduled, !state.isStopped else { return false }
      state.isScheduled = true
      return true
    }
    guard isFirst else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(intervalMs)) {
      self.state.withLock { $0.isScheduled = false }
      fdatasync(descriptor)
    }
  }

  /// Closes a finished segment once it is on disk.
  func release(_ descriptor: Int32) {
    // After what is scheduled for it: a queue runs in order, and delayed work at its time.
    queue.asyncAfter(deadline: .now() + .milliseconds(2 * intervalMs)) {
      fdatasync(descriptor)
      close(descriptor)
    }
  }

  /// No more is scheduled.
  func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {}
  }
}
