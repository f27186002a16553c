import Dispatch
import GRDB
import Synchronization

/// Gathers concurrent writes into shared transactions.
///
/// Writes run one after another on the pool's own serial queue: nobody else's code runs between
/// two of them. A write is answered after the commit that it shared, whether or not its task was
/// canceled in the meantime.
final class GroupCommitter: Sendable {
  private struct State {
    var queue: [PendingWrite] = []
    var isDraining = false
    var isClosed = false
    var closers: [CheckedContinuation<Void, Never>] = []
    var statistics = LedgerStatistics()

    /// The first that wait, and no more than that many.
    mutating func take(_ most: Int) -> [PendingWrite] {
      let count = min(most, queue.count)
      defer { queue.removeFirst(count) }
      return Array(queue[..<count])
    }
  }

  private let pool: DatabasePool
  private let limits: LedgerLimits
  private let checkpointer: Checkpointer
  private let state = Mutex(State())

  init(pool: DatabasePool, path: String, limits: LedgerLimits) throws {
    self.pool = pool
    self.limits = limits
    checkpointer = try pool.writeWithoutTransaction { db in
      let checkpointer = try Checkpointer(
        path: path, limitBytes: limits.checkpointBytes,
        pageBytes: try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4_096)
      checkpointer.observe(db)
      return checkpointer
    }
  }

  var statistics: LedgerStatistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.queued = state.queue.count
      return statistics
    }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      submit(PendingWrite(body) { continuation.resume(with: $0) })
    }
  }

  /// Refuses writes from now on and returns when those that wait are answered.
  func close() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isClosed = true
        if state.isDraining { state.closers.append(continuation) }
        return !state.isDraining
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Ends the copying of the write-ahead log beside the writes; for after `close`.
  func closeCheckpoints() throws { try checkpointer.close() }

  private enum Admission { case start, wait, refuse(LedgerError) }

  /// Queues a write, which is answered by its own closures.
  func submit(_ write: PendingWrite) {
    let admission = state.withLock { state -> Admission in
      if state.isClosed {
        return .refuse(LedgerError(.ledgerClosed, "the ledger is closed: the server is stopping"))
      }
      guard state.queue.count < limits.queue else {
        state.statistics.refusedWrites += 1
        return .refuse(
          LedgerError(
            .overloaded, "\(limits.queue) writes wait for the ledger already",
            hint: "try again in a second"))
      }
      state.queue.append(write)
      if state.isDraining { return .wait }
      state.isDraining = true
      return .start
    }
    switch admission {
    case .start: pool.asyncWriteWithoutTransaction { db in self.drain(db) }
    case .wait: break
    case .refuse(let error): write.fail(error)
    }
  }

  /// Commits batches until no write waits.
  private func drain(_ db: Database) {
    while true {
      let (batch, closers) = state.withLock { state in
        guard !state.queue.isEmpty else {
          state.isDraining = false
          defer { state.closers = [] }
          return ([PendingWrite](), state.closers)
        }
        return (state.take(limits.batch), [])
      }
      guard !batch.isEmpty else {
        for closer in closers { closer.resume() }
        return
      }
      commit(batch, db)
      switch checkpointer.checkpointIfNeeded(db) {
      case .notNeeded: break
      case .done: state.withLock { $0.statistics.checkpoints += 1 }
      case .failed: state.withLock { $0.statistics.failedCheckpoints += 1 }
      }
    }
  }

  private func commit(_ first: [PendingWrite], _ db: Database) {
    var batch = first
    var outcomes: [PendingWrite.Outcome] = []
    outcomes.reserveCapacity(batch.count)
    do {
      try db.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
      try run(&batch, into: &outcomes, db)
      try db.cachedStatement(sql: "COMMIT").execute()
    } catch {
      if db.isInsideTransaction {
        // What a failed rollback would leave, the next BEGIN reports.
        try? db.rollback()
      }
      state.withLock { $0.statistics.failedCommits += 1 }
      let failure = (error as? LedgerError) ?? LedgerError.commit(error)
      for write in batch { write.fail(failure) }
      return
    }
    let rest = batch[outcomes.count...]
    let failedCount = outcomes.count { $0.error != nil }
    state.withLock { state in
      if !rest.isEmpty { state.queue.insert(contentsOf: rest, at: 0) }
      state.statistics.commits += 1
      state.statistics.writes += Int64(outcomes.count - failedCount)
      state.statistics.failedWrites += Int64(failedCount)
    }
    for outcome in outcomes { outcome.answer() }
  }

  /// Runs the writes of a batch, and those that come in the meantime, until they take too long.
  ///
  /// While all of them may be repeated they need no savepoints: where one fails after it has changed something, which is
  /// rare, the transaction begins anew with savepoints.
  private func run(
    _ batch: inout [PendingWrite], into outcomes: inout [PendingWrite.Outcome], _ db: Database
  ) throws {
    let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limits.batchMs) * 1_000_000
    var isBare = true
    while outcomes.count < batch.count {
      if !outcomes.isEmpty, DispatchTime.now().uptimeNanoseconds > deadline { break }
      let write = batch[outcomes.count]
      isBare = isBare && write.isRepeatable
      if !isBare {
        outcomes.append(write.run(db))
      } else if let outcome = write.runBare(db) {
        outcomes.append(outcome)
      } else {
        isBare = false
        outcomes.removeAll(keepingCapacity: true)
        if db.isInsideTransaction { try db.cachedStatement(sql: "ROLLBACK").execute() }
        try db.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
        continue
      }
      guard db.isInsideTransaction else {
        // SQLite undoes the whole transaction where it cannot undo one statement (disk full, I/O
        // error), see https://www.sqlite.org/lang_transaction.html: none of the batch is there.
        throw outcomes.last?.error
          ?? LedgerError(.transactionLost, "a write ended the transaction that it shared")
      }
      if outcomes.count == batch.count {
        // Those that came in the meantime need not wait for a commit of their own.
        let room = limits.batch - batch.count
        batch += state.withLock { state in state.take(room) }
      }
    }
  }
}
