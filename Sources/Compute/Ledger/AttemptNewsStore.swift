import Basics
import Foundation
import GRDB
import Glibc
import JobProtocol

/// How news of an attempt become rows.
extension JobStore {
  /// How an attempt ended, by its agent's word or by what the server found.
  struct Ending: Sendable {
    var reason: JobReason
    var exit: TaskExit?
    var message: String?
  }

  /// Who keeps a record of the job elsewhere, and of which files.
  struct Following: Sendable {
    var follower: (any JobFollower)?
    var tracker: (any JobTracker)?
    var files: [JobFile] = []
  }

  /// Commits the effects of a stretch of a journal together with its new offset.
  ///
  /// - Parameters:
  ///   - news: what the journal says from `offset` on.
  ///   - sink: who reads the job's reports, if anybody does.
  ///   - ending: an end that the journal does not tell; nil takes the journal's.
  /// - Returns: the job afterwards and those that changed with it; nil if the attempt is an older one or has
  ///   been settled, or was read from another offset: then nothing was changed.
  func apply(
    _ news: AttemptNews, of key: AttemptKey, from offset: Int64, sink: (any JobReportSink)?,
    ending: Ending? = nil, following: Following = Following(), atMs: Int64, in db: Database
  ) throws -> (job: Job, dependents: Dependents)? {
    guard var attempt = try JobAttemptRecord.fetch(key, in: db), attempt.endedAtMs == nil,
      attempt.journalOffset == offset
    else { return nil }
    var row = try record(key.job, in: db)
    guard row.attempt == key.number else { return nil }

    if let sink, !news.reports.isEmpty { try hand(news.reports, of: key.job, to: sink, in: db) }
    // Most stretches hold no calls, and a job is dear to take out of its row.
    let refusals =
      news.calls.isEmpty
      ? nil
      : try carryOut(
        news.calls, of: try row.job(folder: folder), by: following.tracker, in: db)
    attempt.journalOffset = news.journalOffset
    var hasJustBegun = false
    if let start = news.start {
      attempt.agentPid = start.pid
      attempt.agentStartTicks = Int64(bitPattern: start.startTicks)
      attempt.cgroup = start.cgroup
      var machine = try row.machine
      let before = machine
      machine.attemptBegan(key.number)
      if machine != before {
        row.take(machine)
        row.startedAtMs = atMs
        hasJustBegun = true
      }
    }
    if let listening = news.listening {
      attempt.host = listening.host
      attempt.port = Int(listening.port)
      attempt.listeningSinceMs = atMs
    }
    if let progress = news.progress { row.progress = try RecordJSON.text(progress) }
    if news.start != nil || news.usage != nil {
      row.usage = try RecordJSON.text(try usage(after: news, before: row.usage))
    }
    if let note = news.notes.last ?? refusals { row.message = note }
    row.revision += 1
    if let ending = ending ?? news.end.map({ Ending($0) }) {
      let times = Self.times(
        startedAtMs: row.startedAtMs, hasJustBegun: hasJustBegun, createdAtMs: row.createdAtMs,
        ranMs: news.ranMs, nowMs: atMs)
      row.startedAtMs = times.startedAtMs
      try settle(&row, &attempt, ending, atMs: atMs)
      if row.endedAtMs != nil { row.endedAtMs = times.endedAtMs }
    }
    try attempt.update(db)
    try row.update(db)
    let job = try row.job(folder: folder)
    try tell(following.follower, job, samples: news.samples, files: following.files, in: db)
    let dependents = try updateDependents(of: row, atMs: atMs, in: db)
    for dependent in dependents.jobs { try tell(following.follower, dependent, in: db) }
    return (job, dependents)
  }

  /// How late an end may be read before it is told by how long the attempt ran.
  static let lateMs: Int64 = 10_000

  /// When an attempt began and ended, whose end is read now, by this machine's clock.
  ///
  /// A server that was away reads late that an attempt ended, and perhaps that it began. How long it ran, its node knows.
  static func times(
    startedAtMs: Int64?, hasJustBegun: Bool, createdAtMs: Int64, ranMs: Int64?, nowMs: Int64
  ) -> (startedAtMs: Int64?, endedAtMs: Int64) {
    guard let startedAtMs, let ranMs else { return (startedAtMs, nowMs) }
    guard !hasJustBegun else { return (max(createdAtMs, nowMs - ranMs), nowMs) }
    let endedAtMs = startedAtMs + ranMs
    return (startedAtMs, nowMs - endedAtMs > lateMs ? endedAtMs : nowMs)
  }

  /// Carries calls out one by one; words about those that were refused, nil where none was.
  private func carryOut(
    _ calls: [TimedCall], of job: Job, by tracker: (any JobTracker)?, in db: Database
  ) throws -> String? {
    guard let tracker else { return nil }
    var refused = 0
    var first = ""
    for call in calls {
      do {
        try db.inSavepoint {
          try tracker.apply(call, of: job, in: db)
          return .commit
        }
      } catch {
        guard !Self.mayPass(error) else { throw error }
        if refused == 0 { first = "\(call.call.path): \(error)" }
        refused += 1
      }
    }
    guard refused > 0 else { return nil }
    return "\(refused) of what the job logged could not be kept, first \(first)"
  }

  /// Tells a follower of a job that was changed; what goes wrong there leaves the job as it is.
  func tell(
    _ follower: (any JobFollower)?, _ job: Job, samples: [TimedSample] = [],
    files: [JobFile] = [], in db: Database
  ) throws {
    guard let follower, follower.follows(job.spec) else { return }
    do {
      try db.inSavepoint {
        try follower.record(job, samples: samples, files: files, in: db)
        return .commit
      }
    } catch  where !Self.mayPass(error) {
      // Its record is not worth the job itself.
    }
  }

  /// Reports that their reader refused for what they say.
  struct ReportsRefused: Error {
    var cause: any Error
  }

  private func hand(
    _ reports: [TaskReport], of job: Identifier<Job>, to sink: any JobReportSink, in db: Database
  ) throws {
    do {
      try sink.apply(reports, of: job, in: db)
    } catch  where !Self.mayPass(error) {
      throw ReportsRefused(cause: error)
    }
  }

  /// Where the ledger stands with an attempt; nil once it is settled or an older one.
  func offset(of key: AttemptKey, in db: Database) throws -> Int64? {
    guard let attempt = try JobAttemptRecord.fetch(key, in: db), attempt.endedAtMs == nil,
      try record(key.job, in: db).attempt == key.number
    else { return nil }
    return attempt.journalOffset
  }

  private func settle(
    _ row: inout JobRecord, _ attempt: inout JobAttemptRecord, _ ending: Ending, atMs: Int64
  ) throws {
    var machine = try row.machine
    let ending = machine.state == .stopping ? ending.ofStopped : ending
    attempt.reason = ending.reason.rawValue
    attempt.endedAtMs = atMs
    let action = machine.attemptEnded(
      attempt.number, outcome: ending.reason,
      isRestarted: try isRestarted(row, after: ending.reason))
    row.take(machine)
    guard action != .enqueue else {
      try row.wait(sinceMs: atMs)
      row.restarts += 1
      row.restartReason = ending.reason.rawValue
      row.message = ending.message
      return
    }
    row.endedAtMs = atMs
    row.message = ending.message ?? row.message
    switch ending.exit {
    case .exited(let code): row.exitCode = code
    case .killed(let signal): row.signal = signal
    case .notStarted, nil: break
    }
  }

  private func isRestarted(_ row: JobRecord, after reason: JobReason) throws -> Bool {
    guard JobRestart.Cause(reason) != nil else { return false }
    let spec: JobSpec = try RecordJSON.value(row.spec)
    return spec.restart?.allows(reason, after: row.restarts) ?? false
  }

  private func usage(after news: AttemptNews, before text: String?) throws -> JobUsage {
    var usage: JobUsage = try text.map { try RecordJSON.value($0) } ?? JobUsage()
    if let start = news.start { usage.memoryMethod = start.memory.rawValue }
    if let measured = news.usage { usage.take(measured) }
    return usage
  }
}

extension JobStore.Ending {
  /// What it is of an attempt that somebody has asked to stop.
  ///
  /// Where a site's engine tells all processes of a job at once, a task may be gone before its agent has heard.
  var ofStopped: JobStore.Ending {
    guard reason == .failed, case .killed(SIGTERM)? = exit else { return self }
    var ending = self
    ending.reason = .canceledByUser
    return ending
  }

  /// The end as the agent told it.
  init(_ end: AttemptEnd) {
    self.init(reason: JobReason(end.outcome), exit: end.exit, message: end.message)
  }
}

extension JobUsage {
  mutating func take(_ measured: AttemptUsage) {
    cpuMs = measured.cpuMs
    maxRssBytes = measured.maxRssBytes
    stdoutBytes = measured.stdoutBytes
    stderrBytes = measured.stderrBytes
    droppedOutputBytes = measured.droppedOutputBytes
    accelerators = measured.accelerators.map {
      Accelerators(
        measuredMs: $0.measuredMs, busyMs: $0.busyMs,
        joules: $0.microjoules.map { Double($0) / 1e6 }, maxMemoryBytes: $0.maxMemoryBytes)
    }
  }
}
