internal import API
internal import ArgumentParser

/// Says what a run would do, and why.
struct WorkflowsPlanCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Says which stages would run, and what changed.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var workflow: WorkflowFileArgument

  func execute() async throws {
    let submission = try workflow.submission()
    let plan = try await connection().post(
      "/api/v1/workflow-plans", submission, as: WorkflowPlanWire.self)
    let rows: [[TextTable.Cell]] = plan.stages.flatMap { stage in
      stage.reasons.enumerated().map { number, reason in
        number == 0
          ? [
            TextTable.Cell(stage.name),
            TextTable.Cell(stage.action, color: stage.action == "run" ? .active : .faint),
            TextTable.Cell(reason),
          ] : ["", "", TextTable.Cell(reason)]
      }
    }
    try global.output.show(
      plan, table: TextTable(["STAGE", "ACTION", "WHY"], rows: rows),
      quiet: plan.stages.filter { $0.action == "run" }.map(\.name))
  }
}
