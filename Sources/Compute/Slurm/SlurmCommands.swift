import CLinux
import Foundation
import Subprocess

/// Slurm's own commands, as a person of the site would call them.
struct SlurmCommands: Sendable {
  /// What a command said and how it ended.
  struct Answer: Sendable {
    var status: Int32
    var output: String
    var errors: String

    var isSuccess: Bool { status == 0 }

    /// The last words of its complaint, without the command's name.
    var complaint: String { Self.plain(lines.last) ?? "it ended with exit code \(status)" }

    /// Its complaint with what it said before: a site's own rules are told so.
    var complaints: String {
      let before = lines.dropLast().suffix(Self.mostBefore).filter { $0.contains("error: ") }
      return (before.compactMap(Self.plain) + [complaint]).joined(separator: "; ")
    }

    /// Lines before the last one that are told.
    private static let mostBefore = 5

    private var lines: [Substring] {
      errors.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    }

    private static func plain(_ line: Substring?) -> String? {
      guard let line else { return nil }
      for mark in ["submission failed: ", "error: ", "fatal: "] {
        if let range = line.range(of: mark) { return String(line[range.upperBound...]) }
      }
      return String(line)
    }
  }

  /// Longer than this no command may take; Slurm's own waits for its controller are shorter.
  var patience: Duration

  var options: SlurmOptions
  /// The way to the login node where they run; nil is this machine.
  let connection: SSHConnection?
  private var environment: [String: String]

  init(
    options: SlurmOptions, connection: SSHConnection? = nil, patience: Duration = .seconds(60)
  ) {
    self.options = options
    self.connection = connection
    self.patience = patience
    environment = Self.environment(ProcessInfo.processInfo.environment, options)
  }

  /// The server's variables without those that would change what Slurm's commands do.
  static func environment(
    _ own: [String: String], _ options: SlurmOptions
  ) -> [String: String] {
    var result: [String: String] = [:]
    let meddling = ["SBATCH_", "SLURM_", "SQUEUE_", "SINFO_", "SACCT_", "SCANCEL_"]
    for (name, value) in own
    where name == "SLURM_CONF" || !meddling.contains(where: { name.hasPrefix($0) }) {
      result[name] = value
    }
    result["LC_ALL"] = "C"
    if let folder = options.commands {
      result["PATH"] = folder + ":" + (own["PATH"] ?? "/usr/bin:/bin")
    }
    if let configuration = options.configuration { result["SLURM_CONF"] = configuration }
    return result
  }

  /// Runs a command to its end.
  ///
  /// - Throws: `JobError` with `siteUnreachable` where it cannot be run, or does not answer in time.
  func callAsFunction(_ program: String, _ arguments: [String]) async throws -> Answer {
    let answer: CommandRun.Answer?
    if let connection {
      answer = try await connection.run(line(program, arguments), patience: patience)
    } else {
      do {
        answer = try await run(program, arguments).answer()
      } catch let error as SubprocessError {
        throw Self.missing(program, "\(error)")
      }
      // What a shell says where there is no such program.
      if let answer, answer.status == 127 { throw Self.missing(program, answer.errors) }
    }
    guard let answer else {
      throw JobError(
        .siteUnreachable, "`\(program)` did not answer within \(patience)",
        hint: "Is the cluster's controller busy or away? `scontrol ping` tells.")
    }
    return Answer(
      status: answer.status, output: String(decoding: answer.output, as: UTF8.self),
      errors: answer.errors)
  }

  /// A command here, with the limit of open files that was there before this process raised it: Slurm gives a job that of
  /// whoever submits it.
  private func run(_ program: String, _ arguments: [String]) -> CommandRun {
    let files = factory_open_files_before()
    let words = [program] + arguments
    return files > 0
      ? CommandRun(
        program: "sh", arguments: ["-c", "ulimit -Sn \(files); exec \"$@\"", "sh"] + words,
        environment: environment, patience: patience)
      : CommandRun(
        program: program, arguments: arguments, environment: environment, patience: patience)
  }

  private static func missing(_ program: String, _ said: String) -> JobError {
    JobError(
      .siteUnreachable, "`\(program)` cannot be run: \(said)",
      hint: "Slurm's commands must be in PATH here, or in the folder that the site names.")
  }

  /// A command as a login node's shell takes it.
  func line(_ program: String, _ arguments: [String]) -> String {
    var words = ["LC_ALL=C"]
    if let folder = options.commands {
      words.append("PATH=\(SSHConnection.quoted(folder)):\"$PATH\"")
    }
    if let configuration = options.configuration {
      words.append("SLURM_CONF=\(SSHConnection.quoted(configuration))")
    }
    let command = ([program] + arguments).map(SSHConnection.quoted).joined(separator: " ")
    // Set before the command is looked for, so that PATH counts.
    return "export \(words.joined(separator: " ")); exec \(command)"
  }

  /// All jobs of this user that Slurm still has, also those that ended a while ago.
  func queue() async throws -> [SlurmJob] {
    let answer = try await self(
      "squeue",
      // Each task of an array on a line of its own.
      ["--noheader", "--me", "--array", "--states=all", "--format=\(SlurmJob.queueFormat)"])
    guard answer.isSuccess else { throw unreachable("squeue", answer) }
    return SlurmJob.queue(answer.output)
  }

  /// What Slurm knows of a job that its queue does not show; nil if it knows it no more.
  func remembered(_ id: String) async throws -> SlurmJob? {
    let accounts = try await self(
      "sacct",
      [
        "--noheader", "--parsable2", "--allocations", "--jobs=\(id)",
        "--format=\(SlurmJob.accountingFormat)",
      ])
    // Without accounting sacct fails, and what the controller has is all there is.
    if accounts.isSuccess, let job = SlurmJob.accounts(accounts.output).last { return job }
    let answer = try await self("scontrol", ["--oneliner", "show", "job", id])
    if answer.isSuccess { return SlurmJob.description(answer.output) }
    // The second is about tasks of arrays.
    let said = answer.errors + answer.output
    guard said.contains("Invalid job id") || said.contains("Job \(id) not found") else {
      throw unreachable("scontrol", answer)
    }
    return nil
  }

  /// What the accounts know of jobs, a few hundred in each question.
  func remembered(together ids: [String]) async throws -> [String: SlurmJob] {
    var (rest, found) = (ids[...], [String: SlurmJob]())
    while !rest.isEmpty {
      let accounts = try await self(
        "sacct",
        [
          "--noheader", "--parsable2", "--allocations",
          "--jobs=\(rest.prefix(500).joined(separator: ","))",
          "--format=\(SlurmJob.accountingFormat)",
        ])
      // Without accounting there is nobody who knows many at once.
      guard accounts.isSuccess else { return found }
      for job in SlurmJob.accounts(accounts.output) { found[job.id] = job }
      rest = rest.dropFirst(500)
    }
    return found
  }

  /// What the accounts have of a job and its steps; nil where there is none, or no accounts.
  func account(_ id: String) async throws -> SlurmAccount? {
    let answer = try await self(
      "sacct",
      [
        "--noheader", "--parsable2", "--noconvert", "--jobs=\(id)",
        "--format=\(SlurmAccount.format)",
      ])
    return answer.isSuccess ? SlurmAccount(answer.output) : nil
  }

  /// Jobs of a name, also those that only the accounts still have; for a submission without an answer.
  func jobs(named name: String) async throws -> [SlurmJob] {
    let queued = try await queue().filter { $0.name == name }
    if !queued.isEmpty { return queued }
    let answer = try await self(
      "sacct",
      [
        "--noheader", "--parsable2", "--allocations", "--name=\(name)", "--starttime=now-7days",
        "--format=\(SlurmJob.accountingFormat)",
      ])
    return answer.isSuccess ? SlurmJob.accounts(answer.output).filter { $0.name == name } : []
  }

  /// What the cluster says of itself.
  func inventory(atMs: Int64) async throws -> SiteInventory {
    let nodes = try await self(
      "sinfo", ["--noheader", "--exact", "--format=\(SlurmInventory.format)"])
    guard nodes.isSuccess else { throw unreachable("sinfo", nodes) }
    let settings = try await self("scontrol", ["show", "config"])
    guard settings.isSuccess else { throw unreachable("scontrol", settings) }
    var inventory = SlurmInventory.read(
      sinfo: nodes.output, configuration: settings.output, atMs: atMs)
    if inventory.hasAccounting { inventory.accounts = await accounts(on: inventory.cluster) }
    return inventory
  }

  /// What this user's jobs may be charged to; nil where nobody tells, which keeps no job from running.
  private func accounts(on cluster: String) async -> [SiteInventory.Account]? {
    do {
      let user = try await self("id", ["-un"])
      guard user.isSuccess else { return nil }
      let name = user.output.filter { !$0.isWhitespace }
      let answer = try await self(
        "sacctmgr",
        [
          "--noheader", "--parsable2", "show", "associations", "format=Account,QOS",
          "user=\(name)", "cluster=\(cluster)",
        ])
      return answer.isSuccess ? SlurmInventory.accounts(answer.output) : nil
    } catch {
      return nil
    }
  }

  /// What to do about an answer that is none; of no use to who does it.
  static let trialHint = "`aifactory sites test` looks at each part of the site."

  func unreachable(_ program: String, _ answer: Answer) -> JobError {
    JobError(
      .siteUnreachable, "`\(program)` says: \(answer.complaint)",
      hint: Self.trialHint)
  }
}
