internal import API
internal import ArgumentParser
internal import Foundation

/// The noun `workflows`.
struct WorkflowsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workflows", abstract: "Plans workflows, and shows and cancels their runs.",
    subcommands: [
      WorkflowsPlanCommand.self, WorkflowsListCommand.self, WorkflowsShowCommand.self,
      WorkflowsCancelCommand.self,
    ])
}

/// The argument of every verb about one workflow run.
struct WorkflowRunArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Identifier of the workflow run.", valueName: "workflow-run"))
  var id: String

  /// The run's address below the server's.
  var path: String { "/api/v1/workflow-runs/\(FactoryClient.escaped(id))" }
}

/// Times as tables show them.
enum TimeWords {
  /// `2026-11-22 18:30`, in local time.
  static func short(_ ms: Int64) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    return formatter.string(from: Date(timeIntervalSince1970: Double(ms) / 1_000))
  }
}
