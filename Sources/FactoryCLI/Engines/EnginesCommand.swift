internal import ArgumentParser

/// `aifactory engines …`: the libraries that jobs load at run time.
struct EnginesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engines", abstract: "Installs and lists the engines that jobs load.",
    subcommands: [EnginesInstallCommand.self, EnginesListCommand.self])
}
