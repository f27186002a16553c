internal import API
internal import ArgumentParser
import Foundation

/// Lists jobs.
struct JobsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists jobs, newest first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Only jobs in this state: queued, running, stopping or ended.")
  var state: String?

  @Option(help: ArgumentHelp("Only the jobs of that array, in their order.", valueName: "id"))
  var array: String?

  @Option(help: "How many jobs at most.")
  var limit = 20

  func validate() throws {
    guard array == nil || state == nil else {
      throw ValidationError("--array and --state cannot be used together.")
    }
  }

  func execute() async throws {
    var query = [("limit", "\(limit)")]
    if let state { query.append(("state", state)) }
    let path = array.map { "/api/v1/job-arrays/\(JobPath.escaped($0))/jobs" } ?? "/api/v1/jobs"
    let list = try await connection().get(path, query: query, as: JobListWire.self)
    let rows = list.jobs.map { job in
      [
        TextTable.Cell(job.id), TextTable.Cell(job.indexedName), job.statusCell,
        TextTable.Cell(JobWire.time(job.createdAtMs)), TextTable.Cell(job.duration),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["JOB", "NAME", "STATUS", "SUBMITTED", .number("RAN")], rows: rows,
        whenEmpty: "No jobs yet. Start one with 'aifactory jobs submit -- COMMAND'."),
      quiet: list.jobs.map(\.id))
  }
}
