import Basics
import GRDB
import JobProtocol

/// Jobs that were submitted together.
extension JobStore {
  /// The jobs of an array that have not ended, those that wait first.
  func unended(of array: Identifier<JobArray>, in db: Database) throws -> [Identifier<Job>] {
    try String.fetchAll(
      db,
      sql:
        "SELECT id FROM job WHERE arrayId = ? AND state <> 'ended' ORDER BY state <> 'queued', id",
      arguments: [array.rawValue]
    ).compactMap { Identifier<Job>($0) }
  }

  /// How an array stands; nil where there is none.
  func array(_ id: Identifier<JobArray>, in db: Database) throws -> JobArray? {
    guard
      let first = try JobRecord.fetchOne(
        db, sql: "SELECT * FROM job WHERE arrayId = ? LIMIT 1", arguments: [id.rawValue])
    else { return nil }
    var array = JobArray(id: id, name: first.name, site: first.site, atMost: first.arrayAtMost)
    for row in try Row.fetchAll(
      db,
      sql: """
        SELECT state, reason, COUNT(*) AS count FROM job WHERE arrayId = ? GROUP BY state, reason
        """, arguments: [id.rawValue])
    {
      let (word, count): (String, Int) = (row["state"], row["count"])
      guard let state = JobStateMachine.State(rawValue: word) else {
        throw RecordJSON.unknownWord(word)
      }
      array.states[state, default: 0] += count
      if state == .ended, let reason = JobReason(rawValue: row["reason"]) {
        array.reasons[reason, default: 0] += count
      }
    }
    return array
  }

  /// The jobs of an array, in their order.
  func list(
    array: Identifier<JobArray>, limit: Int, in db: Database
  ) throws -> [Job] {
    try JobRecord.fetchAll(
      db, sql: "SELECT * FROM job WHERE arrayId = ?", arguments: [array.rawValue]
    ).map { try $0.job(folder: folder) }
      .sorted { $0.spec.array?.index ?? 0 < $1.spec.array?.index ?? 0 }
      .prefix(limit).map(\.self)
  }
}
