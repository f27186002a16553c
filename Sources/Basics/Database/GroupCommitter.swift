import GRDB

/// Gathers concurrent writes into shared transactions.
actor GroupCommitter {
  private struct Pending: Sendable {
    /// Runs the write in a savepoint and returns what answers its caller after the commit.
    let run: @Sendable (Database) -> (@Sendable () -> Void)
    let fail: @Sendable (any Error) -> Void
  }

  private let pool: DatabasePool
  private var queue: [Pending] = []
  private var isDraining = false

  init(pool: DatabasePool) { self.pool = pool }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.append(
        Pending(
          run: { db in
            let result = Result {
              var value: Value?
              try db.inSavepoint {
                value = try body(db)
                return .commit
              }
              guard let value else { throw DatabaseError(message: "savepoint returned nothing") }
              return value
            }
            return { continuation.resume(with: result) }
          }, fail: { continuation.resume(throwing: $0) }))
      if !isDraining {
        isDraining = true
        Task { await self.drain() }
      }
    }
  }

  private func drain() async {
    while !queue.isEmpty {
      let batch = queue
      queue = []
      do {
        let replies = try await pool.write { db in batch.map { $0.run(db) } }
        for reply in replies { reply() }
      } catch {
        for pending in batch { pending.fail(error) }
      }
    }
    isDraining = false
  }
}
