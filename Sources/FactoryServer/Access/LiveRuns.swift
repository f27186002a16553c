import Basics
import Compute
import Experimentation

/// Tells whether the token of a run is still good: it ends with the job that has the run.
struct LiveRuns: Sendable {
  let ledger: Ledger

  /// - Throws: `unauthorized` where the job of the run has ended, or one of the two is not there.
  func require(_ run: String) async throws {
    let isLive = try await ledger.read { db in
      let found = try RunID(run).flatMap { try RunStore.find($0, in: db) }
      return try found?.job.map { try Jobs.lasts($0, in: db) } ?? false
    }
    guard isLive else {
      throw ServerError(
        .unauthorized, "The job of this token has ended.",
        hint: "'aifactory env' prints the token of this home.")
    }
  }
}
