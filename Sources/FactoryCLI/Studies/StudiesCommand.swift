internal import ArgumentParser

/// The noun `studies`.
struct StudiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "Shows searches and what can be learned of them; makes those that programs share.",
    subcommands: [
      StudiesBestCommand.self, StudiesClientCommand.self, StudiesCompareCommand.self,
      StudiesCreateCommand.self, StudiesEnqueueCommand.self, StudiesExplainCommand.self,
      StudiesExportCommand.self, StudiesImportanceCommand.self, StudiesListCommand.self,
      StudiesShowCommand.self,
    ])
}
