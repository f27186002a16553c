internal import API
internal import ArgumentParser

/// Runs a workflow file and watches it to its end.
struct RunCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a workflow: data, training, evaluation, deployment.",
    discussion: """
      Stages whose inputs, parameters, code and engines did not change are taken over from earlier \
      runs. Ctrl-C leaves the run going on the server, says how to watch or end it, and ends this \
      command as the signal does (130 in a shell). Exit code 1: a check, a gate or a job failed.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var workflow: WorkflowFileArgument

  @Flag(help: "Return at once instead of watching the run.")
  var detach = false

  func execute() async throws {
    var submission = try workflow.submission()
    submission.source = await WorkingCopy.source(of: submission.baseFolder)
    let client = try await connection()
    let run = try await client.post(
      "/api/v1/workflow-runs", submission, as: WorkflowRunWire.self)
    guard !detach else {
      return try global.output.show(
        run,
        text: "Workflow run \(run.workflowRun) goes on; "
          + "`aifactory workflows show \(run.workflowRun)` tells how far it is.",
        quiet: [run.workflowRun])
    }
    let final = try await WorkflowWatch(output: global.output, connect: connection)
      .follow(run, client: client)
    try WorkflowSummary(run: final).show(on: global.output)
  }
}
