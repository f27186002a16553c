internal import ArgumentParser

/// The noun `models`.
struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "Shows registered models and their versions; takes them in and out.",
    subcommands: [
      ModelsExportCommand.self, ModelsImportCommand.self, ModelsListCommand.self,
      ModelsPromoteCommand.self, ModelsShowCommand.self,
    ])
}
