import Basics
import GRDB

/// Jobs on sites whose engine has a queue of its own.
extension JobStore {
  /// The jobs that are to be handed over to a site's engine, in the order in which they should be.
  func toHandOver(to site: String, limit: Int, in db: Database) throws -> [Identifier<Job>] {
    try String.fetchAll(
      db,
      sql: """
        SELECT id FROM job WHERE site = ? AND state = 'queued' AND handedOver = 0 AND held = 0
        ORDER BY orderKeyMs, id LIMIT ?
        """, arguments: [site, limit]
    ).compactMap { Identifier<Job>($0) }
  }

  /// Makes the next attempt of a job that is handed over; nil if it no longer waits for that.
  func handOver(
    _ id: Identifier<Job>, marker: String, bootId: String, atMs: Int64, in db: Database
  ) throws -> (job: Job, attempt: JobAttemptRecord)? {
    var row = try record(id, in: db)
    var machine = try row.machine
    guard machine.handedOver() == .launch else { return nil }
    row.take(machine)
    (row.startedAtMs, row.exitCode, row.signal, row.message) = (nil, nil, nil, nil)
    (row.progress, row.usage, row.engineId, row.engineState) = (nil, nil, nil, nil)
    try row.update(db)
    let attempt = JobAttemptRecord(
      AttemptKey(job: id, number: machine.attempt), site: row.site, marker: marker,
      bootId: bootId, place: Packing.Holding(job: id, cpus: [], memoryBytes: 0, gpus: []),
      atMs: atMs)
    try attempt.insert(db)
    return (try row.job(folder: folder), attempt)
  }

  /// Keeps what engines say of attempts; the jobs that changed.
  func observe(
    _ observations: [AttemptKey: SiteObservation], in db: Database
  ) throws -> [Job] {
    try observations.compactMap { key, observation in
      guard var attempt = try JobAttemptRecord.fetch(key, in: db), attempt.endedAtMs == nil
      else { return nil }
      var row = try record(key.job, in: db)
      guard row.attempt == key.number else { return nil }
      if let id = observation.engineId { (row.engineId, attempt.engineId) = (id, id) }
      row.engineState = observation.state
      row.revision += 1
      try attempt.update(db)
      try row.update(db)
      return try row.job(folder: folder)
    }
  }
}
