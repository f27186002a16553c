internal import API
internal import ArgumentParser

/// Shows one workflow run with its stages.
struct WorkflowsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a workflow run with its stages and results.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var run: WorkflowRunArgument

  func execute() async throws {
    let wire = try await connection().get(run.path, as: WorkflowRunWire.self)
    let output = global.output
    try output.show(wire, text: text(wire, output.terminal), quiet: [wire.status])
  }

  private func text(_ run: WorkflowRunWire, _ terminal: Terminal) -> String {
    let progress = WorkflowProgress(terminal: terminal, isShown: true)
    let stages = TextTable(
      ["STAGE", "STATUS", "JOB", "DETAILS"],
      rows: run.stages.map { stage in
        [
          TextTable.Cell(stage.name), .status(stage.status), TextTable.Cell(stage.job ?? ""),
          TextTable.Cell(progress.details(stage)),
        ]
      })
    var text = stages.rendered(on: terminal) + WorkflowSummary(run: run).text(terminal)
    if let error = run.error {
      text += "\nWhy:   \(error.message)\n" + (error.hint.map { "Hint:  \($0)\n" } ?? "")
    }
    return text
  }
}
