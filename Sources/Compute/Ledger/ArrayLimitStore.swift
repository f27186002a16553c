import Basics
import GRDB
import JobProtocol

/// Arrays of which only so many jobs run at once on this machine.
///
/// On clusters Slurm keeps the limit (`SlurmSite`).
extension JobStore {
  /// The rows of jobs that their arrays' limits allow to start: of each array as many as it has room for.
  func waitingOfLimitedArrays(in db: Database) throws -> [Row] {
    let arrays = try Row.fetchAll(
      db,
      sql: """
        SELECT DISTINCT arrayId, arrayAtMost FROM job
        WHERE arrayAtMost IS NOT NULL AND site = 'local' AND state = 'queued' AND handedOver = 0
          AND held = 0
        """)
    return try arrays.flatMap { array -> [Row] in
      let (id, atMost): (String, Int) = (array["arrayId"], array["arrayAtMost"])
      let room = atMost - (try going(inArray: id, in: db).count)
      guard room > 0 else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, cpus, memoryBytes, gpus, kind, waitingSinceMs, orderKeyMs FROM job
          WHERE arrayId = ? AND state = 'queued' AND arrayAtMost IS NOT NULL AND held = 0
          ORDER BY orderKeyMs, id LIMIT ?
          """, arguments: [id, room])
    }
  }

  /// The jobs of a limited array that run, or are being stopped.
  func going(inArray id: String, in db: Database) throws -> [Identifier<Job>] {
    try String.fetchAll(
      db,
      sql: """
        SELECT id FROM job
        WHERE arrayId = ? AND state IN ('running', 'stopping') AND arrayAtMost IS NOT NULL
        ORDER BY id
        """, arguments: [id]
    ).compactMap { Identifier<Job>($0) }
  }
}
