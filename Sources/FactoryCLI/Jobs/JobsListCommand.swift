internal import API
internal import ArgumentParser
import Foundation

/// Lists jobs.
struct JobsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists jobs, or services, newest first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Only jobs in this state: queued, running, stopping or ended.")
  var state: String?

  @Option(help: ArgumentHelp("Only the jobs of that array, in their order.", valueName: "id"))
  var array: String?

  @Flag(help: "List services and their addresses instead.")
  var services = false

  @Option(help: "How many at most.")
  var limit = 20

  func validate() throws {
    guard array == nil || state == nil else {
      throw ValidationError("--array and --state cannot be used together.")
    }
    guard !services || (array == nil && state == nil) else {
      throw ValidationError("--services cannot be used with --array or --state.")
    }
  }

  func execute() async throws {
    guard !services else { return try await listServices() }
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

  private func listServices() async throws {
    let list = try await connection().get(
      "/api/v1/services", query: [("limit", "\(limit)")], as: ServiceListWire.self)
    let rows = list.services.map { service in
      [
        TextTable.Cell(service.name), service.stateCell, TextTable.Cell(service.url),
        TextTable.Cell(service.site), TextTable.Cell(service.currentJob),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["SERVICE", "STATE", "ADDRESS", "SITE", "JOB"], rows: rows,
        whenEmpty:
          "No services yet. Start one with 'aifactory jobs submit --service NAME -- COMMAND'."),
      quiet: list.services.map(\.name))
  }
}
