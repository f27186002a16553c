internal import API
internal import ArgumentParser

/// Ends a workflow run and the job that works for it.
struct WorkflowsCancelCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Ends a workflow run; what it made so far is kept.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var run: WorkflowRunArgument

  func execute() async throws {
    let wire = try await connection().post(run.path + "/cancel", as: WorkflowRunWire.self)
    let text =
      wire.isFinal
      ? "Workflow run \(wire.workflowRun) had ended before: \(wire.status)."
      : "Workflow run \(wire.workflowRun) is being canceled."
    try global.output.show(wire, text: text, quiet: [wire.workflowRun])
  }
}
