internal import ArgumentParser

/// The noun `studies`.
struct StudiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies", abstract: "Shows searches and their trials.",
    subcommands: [StudiesListCommand.self, StudiesShowCommand.self])
}
