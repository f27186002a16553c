import Basics
import Foundation
import JSONCoding
import NIOHTTP1

/// What the driver asks, as requests.
extension SlurmREST: SlurmEngine {
  /// Slurm's errors (slurm_errno.h).
  private static let unknownJob = 2_017
  /// `SLURM_ERROR`: of a token that is not taken, of a controller that is away, and of a site's own rules, whose words
  /// slurmrestd keeps for its log (22.05).
  private static let unspecified = -1
  private static let jobErrors = 2_000..<3_000

  var wayName: String { "rest" }

  // The warning of v0.0.38 goes to steps alone, never to the batch script, which is the agent.
  var tellsTimeLimits: Bool { false }

  func greeting() async throws -> String {
    let answer = try await control("ping")
    // `ping` until v0.0.38, later `pinged`; then it is no error either that a token is not taken.
    let isUp = answer.list("pings").contains {
      ($0["ping"] ?? $0["pinged"])?.stringValue == "UP"
    }
    guard answer.isSuccess, isUp else { throw try await unreachable(answer) }
    let version = try await versions()
    var words = "Slurm \(answer.release) answers at \(rest.url), v0.0.\(version.control)"
    if let at = try await rest.token().expiresAtMs {
      let left = max(0, at - Int64(Date().timeIntervalSince1970 * 1_000))
      words += "; the token of '\(rest.user)' is good for \(Self.words(ofMs: left))"
    }
    return words
  }

  func remarks() async -> [String] {
    var remarks: [String] = []
    if let exposure = await rest.exposure() { remarks.append(exposure) }
    if rest.isInTheClear {
      remarks.append("the token goes over the network in the clear: ask the help desk for https")
    }
    return remarks
  }

  // MARK: Submitting and stopping

  func submit(_ script: String, at path: String) async throws -> SlurmSubmission {
    let version = try await versions().control
    let job = try RESTJobDescription(script, user: rest.user, version: version).value
    let answer = try await control("job/submit", .POST, ["job": job, "script": .string(script)])
    // Complaints beside an id are warnings: a job that has to wait for its partition.
    if let id = answer.members["job_id"]?.slurmNumber, id > 0 { return .accepted("\(id)") }
    let words = answer.words
    guard answer.says(Self.unspecified) else {
      return SlurmSubmission(complaint: words, words: words)
    }
    return try await isUsable() ? .unexplained(words) : .undecided(words)
  }

  /// Whether the controller answers, and takes the token.
  private func isUsable() async throws -> Bool {
    let answer = try await control("partitions", keys: ["name"])
    return answer.isSuccess && !answer.list("partitions").isEmpty
  }

  func cancel(_ ids: [String]) async throws { try await end(ids, "") }

  func terminateAgents(_ ids: [String]) async throws {
    // Before, there was no way to the batch script alone.
    let hasFlags = try await versions().control >= RESTVersions.firstOfLists
    try await end(ids, "?signal=TERM\(hasFlags ? "&flags=BATCH_JOB" : "")")
  }

  /// Ends, or signals, jobs, which takes a request for each.
  private func end(_ ids: [String], _ query: String) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, id) in ids.enumerated() {
        if index >= Self.requestsAtOnce { try await group.next() }
        group.addTask {
          let answer = try await control("job/\(id)\(query)", .DELETE)
          // One that has ended meanwhile, or is just being started, makes it complain.
          let isAboutJob = answer.complaints.contains {
            $0.number.map(Self.jobErrors.contains) ?? false
          }
          guard answer.isSuccess || isAboutJob else { throw try await unreachable(answer) }
        }
      }
      try await group.waitForAll()
    }
  }

  func limit(array id: String, to count: Int) async throws -> Bool {
    // Slurm 22.05 sets the limit, and complains all the same: what counts is what it has then.
    _ = try await control("job/\(id)", .POST, ["array": .string("\(count)")])
    let answer = try await control("job/\(id)", keys: ["array_max_tasks"])
    return answer.list("jobs").contains { $0["array_max_tasks"]?.slurmNumber == Int64(count) }
  }

  // MARK: Jobs

  func queue() async throws -> [SlurmJob] {
    let answer = try await control("jobs", keys: SlurmJob.restKeys)
    guard answer.isSuccess else { throw try await unreachable(answer) }
    return answer.list("jobs").flatMap { SlurmJob.records($0) }
  }

  func remembered(_ id: String) async throws -> SlurmJob? {
    if let job = try await accounted(id) { return job }
    let answer = try await control("job/\(id)", keys: SlurmJob.restKeys)
    let jobs = answer.list("jobs").flatMap { SlurmJob.records($0) }
    if var job = jobs.first(where: { $0.id == id }) ?? jobs.first {
      // The record of all tasks of an array that have not begun.
      job.id = id
      return job
    }
    guard answer.isSuccess || answer.says(Self.unknownJob) else {
      throw try await unreachable(answer)
    }
    return nil
  }

  /// What the accounts know of a job; nil where that is nothing, or they do not answer.
  private func accounted(_ id: String) async throws -> SlurmJob? {
    func jobs(_ id: String) async throws -> [SlurmJob] {
      try await accounts("job/\(id)")?.list("jobs").compactMap { SlurmJob(account: $0) } ?? []
    }
    if let job = try await jobs(id).first(where: { $0.id == id }) { return job }
    // Tasks that were canceled before they began have one record together.
    guard let cut = id.lastIndex(of: "_") else { return nil }
    let array = String(id[..<cut])
    var job = try await jobs(array).first { $0.id == array }
    guard case .over? = job?.state.phase else { return nil }
    job?.id = id
    return job
  }

  func jobs(named name: String) async throws -> [SlurmJob] {
    let queued = try await queue().filter { $0.name == name }
    if !queued.isEmpty { return queued }
    let answer = try await accounts("jobs?job_name=\(name)&start_time=now-7days")
    return (answer?.list("jobs") ?? []).compactMap { SlurmJob(account: $0) }
      .filter { $0.name == name }
  }

  func forecast(of id: String) async throws -> SlurmForecast? {
    let answer = try await control("job/\(id)")
    guard let job = answer.list("jobs").first else {
      guard answer.isSuccess || answer.says(Self.unknownJob) else {
        throw try await unreachable(answer)
      }
      return nil
    }
    let state = SlurmState(job["job_state"]?.slurmWord ?? "")
    guard state.phase == .waits else { return nil }
    let start = job["start_time"]?.slurmNumber.flatMap { $0 > 0 ? $0 : nil }
    return SlurmForecast(
      reason: SlurmJob.reason(of: job) ?? "None",
      start: start.map {
        Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601)
      },
      partition: job["partition"]?.stringValue ?? "")
  }

  // It has no counterpart of `--test-only` (v0.0.42).
  func possibleStart(of path: String, _ options: [String]) async throws -> String? { nil }

  // Where there is a login node, its `srun` is asked instead (`SlurmLink`).
  func entrance(to id: String, _ words: [String], hasTerminal: Bool) async throws -> [String]? {
    throw JobError(
      .notRunning, "slurmrestd has no way into running jobs",
      hint: "Where Slurm's commands are: srun --jobid=\(id) --overlap --pty sh")
  }

  // It has no counterpart of `sstat`; where there is a login node, that is asked (`SlurmLink`).
  func steps(of ids: [String]) async throws -> [SlurmStep] { [] }

  // MARK: The cluster

  func keepsAccounts() async -> Bool {
    // Without an answer there are none.
    let answer = try? await accounts("associations?user=\(rest.user)")
    return answer?.isSuccess == true
  }

  func account(_ id: String) async throws -> SlurmAccount? {
    guard let answer = try await accounts("job/\(id)"), answer.isSuccess else { return nil }
    return answer.list("jobs").lazy.compactMap { SlurmAccount($0) }.first { $0.id == id }
  }

  func inventory(atMs: Int64) async throws -> SiteInventory {
    let partitions = try await control("partitions")
    guard partitions.isSuccess else { throw try await unreachable(partitions) }
    let nodes = try await control("nodes")
    guard nodes.isSuccess, !partitions.list("partitions").isEmpty else {
      throw try await unreachable(nodes)
    }
    let associations = try await accounts("associations?user=\(rest.user)")
    let jobs = try await control("jobs", keys: ["cluster"])
    let named = jobs.list("jobs") + (associations?.list("associations") ?? [])
    let clusters = named.lazy.compactMap { $0["cluster"]?.stringValue }
    return SiteInventory(
      cluster: clusters.first { !$0.isEmpty } ?? rest.host, version: partitions.release,
      partitions: SlurmInventory.partitions(
        partitions.list("partitions"), nodes: nodes.list("nodes")),
      maxArraySize: SlurmInventory.usualMaxArraySize,
      hasAccounting: associations?.isSuccess == true, discoveredAtMs: atMs,
      accounts: associations.flatMap { answer in
        answer.isSuccess
          ? SlurmInventory.accounts(answer.list("associations"), of: rest.user) : nil
      })
  }

  func address(of node: String) async throws -> String {
    let answer = try await control("node/\(node)", keys: ["address"])
    guard answer.isSuccess else { throw try await unreachable(answer) }
    let address = answer.list("nodes").first?["address"]?.stringValue ?? ""
    return address.isEmpty ? node : address
  }
}
