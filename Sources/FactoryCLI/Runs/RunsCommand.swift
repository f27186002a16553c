internal import ArgumentParser

/// The noun `runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Shows runs: what was trained, with what, how well.",
    subcommands: [
      RunsListCommand.self, RunsShowCommand.self, RunsCompareCommand.self, RunsPlotCommand.self,
      RunsDownloadCommand.self, RunsDeleteCommand.self, RunsRestoreCommand.self,
    ])
}
