import Foundation

/// What the driver asks, as commands.
extension SlurmCommands: SlurmEngine {
  var wayName: String { "commands" }

  var tellsTimeLimits: Bool { true }

  func greeting() async throws -> String {
    try await self("sinfo", ["--version"]).output
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func remarks() async -> [String] { [] }

  func submit(_ script: String, at path: String) async throws -> SlurmSubmission {
    SlurmSubmission(try await self("sbatch", ["--parsable", path]))
  }

  func cancel(_ ids: [String]) async throws { try await cancel(ids, []) }

  func terminateAgents(_ ids: [String]) async throws {
    try await cancel(ids, ["--batch", "--signal=TERM"])
  }

  /// Ends, or signals, jobs in as few calls as a command line has room for.
  private func cancel(_ ids: [String], _ options: [String]) async throws {
    var rest = ids[...]
    while !rest.isEmpty {
      // One that has ended meanwhile makes it complain, and the others are canceled all the same.
      _ = try await self("scancel", options + rest.prefix(500))
      rest = rest.dropFirst(500)
    }
  }

  func limit(array id: String, to count: Int) async throws -> Bool {
    try await self("scontrol", ["update", "JobId=\(id)", "ArrayTaskThrottle=\(count)"]).isSuccess
  }

  func forecast(of id: String) async throws -> SlurmForecast? {
    let answer = try await self(
      "squeue", ["--noheader", "--jobs=\(id)", "--start", "--format=%T|%r|%S|%P"])
    let parts =
      answer.output.split(separator: "\n").first?
      .split(separator: "|", omittingEmptySubsequences: false).map(String.init) ?? []
    guard answer.isSuccess || answer.complaint.contains("Invalid job id") else {
      throw unreachable("squeue", answer)
    }
    guard parts.count == 4, SlurmState(parts[0]).phase == .waits else { return nil }
    let start = parts[2] == "N/A" || parts[2].isEmpty ? nil : parts[2]
    return SlurmForecast(
      reason: parts[1], start: start, partition: parts[3],
      ahead: try await ahead(of: id, in: parts[3]))
  }

  /// How many jobs that wait in a partition go before one of them.
  private func ahead(of id: String, in partition: String) async throws -> Int? {
    let answer = try await self(
      "squeue",
      [
        "--noheader", "--array", "--states=PENDING", "--partition=\(partition)", "--sort=-p,i",
        "--format=%i",
      ])
    return answer.isSuccess
      ? answer.output.split(whereSeparator: \.isWhitespace).firstIndex { $0 == id } : nil
  }

  func possibleStart(of path: String, _ options: [String]) async throws -> String? {
    let answer = try await self("sbatch", ["--test-only"] + options + [path])
    return answer.isSuccess ? SlurmWaitWords.start(answer.errors + answer.output) : nil
  }

  func entrance(to id: String, _ words: [String], hasTerminal: Bool) async throws -> [String]? {
    guard let number = try await number(of: id) else { return nil }
    return typed("srun", ["--jobid=\(number)"] + words, hasTerminal: hasTerminal)
  }

  /// A job's id as `srun` takes it: a task of an array has one of its own once it runs.
  private func number(of id: String) async throws -> String? {
    guard id.contains("_") else { return id }
    let answer = try await self("squeue", ["--noheader", "--jobs=\(id)", "--format=%A"])
    return answer.isSuccess
      ? answer.output.split(whereSeparator: \.isWhitespace).first.map(String.init) : nil
  }

  /// A command as a person types it on this machine.
  private func typed(_ program: String, _ arguments: [String], hasTerminal: Bool) -> [String] {
    if let connection {
      return connection.typed(line(program, arguments), hasTerminal: hasTerminal)
    }
    let own = options.commands.map { $0 + "/" + program } ?? program
    let settings = options.configuration.map { ["env", "SLURM_CONF=\($0)"] } ?? []
    return settings + [own] + arguments
  }

  func steps(of ids: [String]) async throws -> [SlurmStep] {
    var (rest, found) = (ids[...], [SlurmStep]())
    while !rest.isEmpty {
      // One that has ended meanwhile makes it complain, and tells of the others all the same.
      let answer = try await self(
        "sstat",
        [
          "--allsteps", "--noheader", "--parsable2", "--noconvert", "--format=\(SlurmStep.format)",
          "--jobs=\(rest.prefix(500).joined(separator: ","))",
        ])
      found += SlurmStep.steps(answer.output)
      rest = rest.dropFirst(500)
    }
    return found
  }

  func keepsAccounts() async -> Bool {
    // Without an answer there are none.
    let answer = try? await self("sacct", ["--noheader", "--starttime=now-1minutes"])
    return answer?.isSuccess == true
  }
}
