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
            Self.action(stage),
            TextTable.Cell(reason),
          ] : ["", "", TextTable.Cell(reason)]
      }
    }
    try global.output.show(
      plan, table: TextTable(["STAGE", "ACTION", "WHY"], rows: rows),
      quiet: plan.stages.filter { $0.action == "run" }.map(\.name))
  }

  /// What happens with a stage, and where, unless that is here.
  private static func action(_ stage: WorkflowPlanWire.Stage) -> TextTable.Cell {
    guard stage.action == "run" else { return TextTable.Cell(stage.action, color: .faint) }
    return TextTable.Cell("run" + (stage.site.map { " on \($0)" } ?? ""), color: .active)
  }
}
