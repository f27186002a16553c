import Basics
import Compute
import HTTPTypes

/// Lets a job read what it has written: an agent says how far its journal must have been read.
struct JournalReads: Sendable {
  /// Such as `job_…/1/4096`: job, attempt and position.
  static let header = HTTPField.Name("X-AIFactory-Journal")
  /// Longer than a commit takes, shorter than a client's patience.
  private static let patienceMs: Int64 = 3_000

  let jobs: Jobs

  /// Returns when the ledger has what the request may read.
  ///
  /// - Throws: 503 when that takes too long; the agent then answers from what it knows.
  func wait(for place: String) async throws {
    let parts = place.split(separator: "/")
    guard parts.count == 3, let job = Identifier<Job>(String(parts[0])),
      let attempt = Int(parts[1]),
      let position = Int64(parts[2])
    else {
      throw ServerError(.badRequest, "The place in a journal is JOB/ATTEMPT/POSITION.")
    }
    let isRead = try await jobs.waitForJournal(
      of: job, attempt: attempt, position: position, atMostMs: Self.patienceMs)
    guard isRead else {
      throw ServerError(
        .unavailable, "The journal of \(job) has not been read so far.",
        hint: "Ask again in a second.")
    }
  }
}
