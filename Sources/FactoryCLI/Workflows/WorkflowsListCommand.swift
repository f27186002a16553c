internal import API
internal import ArgumentParser

/// Shows the newest workflow runs.
struct WorkflowsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists workflow runs, newest first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Most runs to list.")
  var limit = 20

  func execute() async throws {
    let list = try await connection().get(
      "/api/v1/workflow-runs", query: [("limit", "\(limit)")], as: WorkflowRunListWire.self)
    let rows: [[TextTable.Cell]] = list.workflowRuns.map { run in
      let done = run.stages.filter { $0.status == "succeeded" }.count
      return [
        .init(run.workflowRun), .init(run.name), .status(run.status),
        .init("\(done)/\(run.stages.count)"), .init(TimeWords.short(run.createdAtMs)),
        .init(run.error?.code ?? ""),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["WORKFLOW RUN", "NAME", "STATUS", "STAGES", "CREATED", "REASON"], rows: rows,
        whenEmpty: "No workflow has run; `aifactory run FILE` runs one."),
      quiet: list.workflowRuns.map(\.workflowRun))
  }
}
