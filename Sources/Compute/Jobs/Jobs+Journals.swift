public import Basics
import JobProtocol

/// Reads that must not be older than what a job has written.
extension Jobs {
  /// Waits until everything before a position of an attempt's journal is in the ledger; false if it is not by then.
  ///
  /// An attempt that is settled is not waited for: nothing more comes of it.
  public func waitForJournal(
    of job: Identifier<Job>, attempt: Int, position: Int64, atMostMs: Int64
  ) async throws -> Bool {
    let (store, key) = (store, AttemptKey(job: job, number: attempt))
    let limit = monotonicTimeMs() + atMostMs
    var pauseMs: Int64 = 2
    while true {
      let offset = try await ledger.read { try store.offset(of: key, in: $0) }
      guard let offset, offset < position else { return true }
      guard monotonicTimeMs() < limit else { return false }
      // The kernel tells of writes on this machine; across a network somebody must look.
      signal.add { $0.changed.insert(key) }
      try await Task.sleep(for: .milliseconds(pauseMs))
      pauseMs = min(pauseMs * 2, 50)
    }
  }
}
