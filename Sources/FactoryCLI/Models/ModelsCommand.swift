internal import ArgumentParser

/// The noun `models`.
struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Shows registered models and their versions.",
    subcommands: [
      ModelsListCommand.self, ModelsShowCommand.self, ModelsPromoteCommand.self,
    ])
}
