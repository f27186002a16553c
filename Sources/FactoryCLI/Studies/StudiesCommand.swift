internal import ArgumentParser

/// The noun `studies`.
struct StudiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "Shows searches, their trials and what can be learned of them.",
    subcommands: [
      StudiesBestCommand.self, StudiesCompareCommand.self, StudiesExplainCommand.self,
      StudiesImportanceCommand.self, StudiesListCommand.self, StudiesShowCommand.self,
    ])
}
