import Basics
import Foundation
import JobProtocol

/// Looks at each part of a site that a job needs, then runs a job.
struct SiteTrial {
  let jobs: Jobs
  let site: Site
  /// Longest that the probe job is waited for.
  let waitMs: Int64

  func run() async throws -> SiteReport {
    var report = SiteReport(site: site.name)
    if let link = try await jobs.link(to: site) {
      let slurm = link.patiently(.seconds(20))
      guard await lookAtLogin(link, &report), await look(at: slurm, &report),
        await lookAtFolder(link.files, &report)
      else { return report }
      await lookAtAccounts(slurm, &report)
    }
    try await probe(&report)
    return report
  }

  // MARK: The way

  private func lookAtLogin(_ link: SlurmLink, _ report: inout SiteReport) async -> Bool {
    guard let connection = link.connection else { return true }
    do {
      let answer = try await connection.run("id -un; uname -n", patience: .seconds(20))
      let words = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
      report.add("ssh", .works, "connected as \(words.joined(separator: " at "))")
      return true
    } catch {
      let told = error as? JobError
      report.add("ssh", .fails, told?.message ?? "\(error)", hint: told?.hint)
      return false
    }
  }

  // MARK: The engine

  private func look(at slurm: any SlurmEngine, _ report: inout SiteReport) async -> Bool {
    do {
      report.add(slurm.wayName, .works, try await slurm.greeting())
      for remark in await slurm.remarks() { report.add(slurm.wayName, .note, remark) }
      let inventory = try await slurm.inventory(atMs: jobs.configuration.now())
      report.add(
        "controller", .works, "the cluster '\(inventory.cluster)' answers")
      return look(at: inventory, &report)
    } catch {
      let told = error as? JobError
      let isAnswered = report.checks.contains { $0.name == slurm.wayName }
      report.add(
        isAnswered ? "controller" : slurm.wayName, .fails, told?.message ?? "\(error)",
        hint: told?.hint.flatMap { $0 == SlurmCommands.trialHint ? nil : $0 }
          ?? (isAnswered
            ? "Show the help desk what is said here, and what `scontrol ping` prints."
            : "Ask the help desk how Slurm's commands are called on this machine, as user "
              + "\(NSUserName())."))
      return false
    }
  }

  private func look(at inventory: SiteInventory, _ report: inout SiteReport) -> Bool {
    guard let partition = inventory.partition(site.slurm?.partition) else {
      let names = inventory.partitions.map(\.name).joined(separator: ", ")
      report.add(
        "partition", .fails,
        site.slurm?.partition.map { "there is no partition '\($0)'" }
          ?? "the cluster has no default partition",
        hint: "Add the site again with --partition; there are \(names).")
      return false
    }
    let limit = partition.timeLimitSeconds.map { "\($0 / 60) minutes at most" } ?? "no time limit"
    let kinds = partition.nodes.map { kind in
      "\(kind.count) with \(kind.cpus) CPUs, \(megabytes(kind.memoryBytes)) MB"
        + (kind.gpus > 0 ? ", \(kind.gpus) GPUs" : "")
    }.joined(separator: "; ")
    let words = "'\(partition.name)': nodes: \(kinds); \(limit)"
    guard partition.isUp else {
      report.add(
        "partition", .fails, "\(words); it is \(partition.availability), so it starts no jobs",
        hint: "Ask the help desk when '\(partition.name)' is up again, or name another partition.")
      return false
    }
    report.add("partition", .works, words)
    return true
  }

  private func lookAtAccounts(_ slurm: any SlurmEngine, _ report: inout SiteReport) async {
    if await slurm.keepsAccounts() {
      report.add("accounts", .works, "jobs that ended long ago can still be asked for")
    } else {
      report.add(
        "accounts", .note,
        "nobody keeps accounts, or tells of them: after some minutes Slurm forgets jobs that ended, and the agent's "
          + "own word is all there is")
    }
  }

  // MARK: The folder

  private func lookAtFolder(
    _ files: any SlurmFiles, _ report: inout SiteReport
  ) async -> Bool {
    do {
      let words = try await files.inspect()
      try await files.installAgent()
      report.add("scratch", .works, words)
      report.add("agent", .works, FileTree.name(of: try files.agentPath))
      return true
    } catch {
      report.add(
        "scratch", .fails, (error as? any FactoryError)?.message ?? "\(error)",
        hint: "Ask the help desk for a folder that all nodes see, and that your account may write.")
      return false
    }
  }

  // MARK: The probe

  /// What the probe prints: `name=value` lines.
  private static let script = """
    echo "node=${SLURMD_NODENAME:-$(uname -n)}"
    echo "kernel=$(uname -sr)"
    echo "system=$(. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME")"
    echo "python=$(python3 --version 2>/dev/null)"
    echo "gpus=$(ls /dev 2>/dev/null | grep -c '^nvidia[0-9]')"
    """

  private func probe(_ report: inout SiteReport) async throws {
    let job = try await jobs.submit(
      JobSpec(
        name: "site test", command: ["/bin/sh", "-c", Self.script],
        resources: JobResources(timeLimitMs: 60_000),
        site: site.name == Site.localName ? nil : site.name))
    report.job = job.id
    let ended = try await jobs.waitForEnd(job.id, atMostMs: waitMs)
    guard ended.hasEnded else {
      let why = try await jobs.explain(job.id).sentences.joined(separator: " ")
      _ = try await jobs.cancel(job.id)
      return report.add(
        "job", .fails, "a job did not end within \(waitMs / 1_000) seconds. \(why)",
        hint: "Where queues are long, wait longer with --wait; else show the help desk "
          + "\(ended.attemptFolder.batchScript).")
    }
    guard ended.hasSucceeded else {
      let words = JobEndWords(ended).sentences.joined(separator: " ")
      return report.add(
        "job", .fails, words,
        hint: "Show the help desk \(ended.attemptFolder.batchScript) and "
          + "\(ended.attemptFolder.agentLog).")
    }
    let waited = ((ended.startedAtMs ?? ended.createdAtMs) - ended.createdAtMs) / 1_000
    let engine = ended.engineId.map { "Slurm's job \($0)" } ?? "a job"
    report.add("job", .works, "\(engine) ran after \(waited) seconds and printed what it should")
    let output = try await jobs.output(job.id, stream: .stdout, from: 0, limit: 1 << 16)
    report.add("node", .works, Self.node(String(decoding: output.bytes, as: UTF8.self)))
  }

  /// The probe's lines as a sentence.
  static func node(_ text: String) -> String {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 ? "\(parts[0]) \(parts[1])" : nil
    }.joined(separator: ", ")
  }
}

extension Jobs {
  /// Tries a site out: what works, what does not, and what to tell its help desk.
  ///
  /// - Parameter waitMs: longest that the probe job is waited for; then it is canceled.
  public nonisolated func testSite(_ name: String, waitMs: Int64) async throws -> SiteReport {
    try await SiteTrial(jobs: self, site: try await site(name), waitMs: waitMs).run()
  }
}
