internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Shows what the jobs that run use.
struct JobsTopCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Shows what the jobs that run use, the busiest first.",
    discussion: """
      CPU and memory are those of the agents' last sample (docs/jobs.md); CPU hours and energy are since \
      the attempt began. How the energy was found, and what it emits, stands in --output json and `jobs show`. Steps that a \
      command has started by srun on a cluster stand below their job, as Slurm measures them (sstat).
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp("Look again and again, with such a pause, such as 2s.", valueName: "time"))
  var every: String?

  @Option(help: "How many jobs at most.")
  var limit = 50

  func execute() async throws {
    let pauseMs = try every.map { max(200, try TimeSpan($0).milliseconds) }
    let client = try await connection()
    while true {
      let list = try await client.get(
        "/api/v1/jobs", query: [("state", "running"), ("limit", "\(limit)")], as: JobListWire.self)
      // Home, and everything below it away.
      if pauseMs != nil, global.output.terminal.isInteractive, global.output.mode == .table {
        global.output.write("\u{1B}[H\u{1B}[J")
      }
      let jobs = await client.withSteps(list.jobs).sorted {
        ($0.load?.cpus ?? 0) > ($1.load?.cpus ?? 0)
      }
      try global.output.show(
        JobListWire(jobs: jobs), table: Self.table(jobs), quiet: jobs.map(\.id))
      guard let pauseMs else { return }
      try await Task.sleep(for: .milliseconds(pauseMs))
    }
  }

  static func table(_ jobs: [JobWire]) -> TextTable {
    // Where nobody said what a site's energy emits, the column would be empty.
    let hasEmissions = jobs.contains { $0.load?.emission != nil }
    var columns: [TextTable.Column] = [
      "JOB", "NAME", "SITE", .number("CPUS"), .number("MEMORY"), .number("GPUS"), .number("RAN"),
      .number("CPU h"), .number("kJ"),
    ]
    if hasEmissions { columns.append(.number("g CO2e")) }
    let rows = jobs.flatMap { Self.rows(of: $0, hasEmissions: hasEmissions) }
    return TextTable(
      columns,
      rows: rows.map { $0 + Array(repeating: "", count: columns.count - $0.count) },
      whenEmpty: "No job runs.")
  }

  /// A job, and below it what its agent cannot see.
  private static func rows(of job: JobWire, hasEmissions: Bool) -> [[String]] {
    var own = [
      job.id, job.indexedName, job.site, job.busyCpus, job.memoryNow, job.busyGpus, job.duration,
      hours(job.usage.cpuMs),
      job.load.map { String(format: "%.1f", $0.energyJoules / 1_000) } ?? "",
    ]
    if hasEmissions {
      own.append(job.load?.emission.map { String(format: "%.2f", $0.co2eGrams) } ?? "")
    }
    let steps = (job.steps ?? []).map { step in
      ["", step.title, "", "", "\(ByteCount(bytes: step.memoryBytes))", "", "", hours(step.cpuMs)]
    }
    return [own] + steps
  }

  private static func hours(_ ms: Int64) -> String {
    String(format: "%.2f", Double(ms) / 3_600_000)
  }
}

extension JobWire {
  /// Cores that it keeps busy, of those that it asked for.
  fileprivate var busyCpus: String {
    load.map { String(format: "%.1f", $0.cpus) + "/\(cpus * nodes)" } ?? "\u{2013}/\(cpus * nodes)"
  }

  /// Accelerators that it keeps busy, where that is known, of those that it has.
  fileprivate var busyGpus: String {
    (load?.gpus.map { String(format: "%.1f/", $0) } ?? "") + "\(gpus * nodes)"
  }

  /// Memory that it uses, of what it may.
  fileprivate var memoryNow: String {
    let limit = memoryBytes.map { "/\(ByteCount(bytes: $0 * Int64(nodes)))" } ?? ""
    return (load.map { "\(ByteCount(bytes: $0.memoryBytes))" } ?? "\u{2013}") + limit
  }
}
