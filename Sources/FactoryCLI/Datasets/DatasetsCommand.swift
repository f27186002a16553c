internal import ArgumentParser

/// Datasets and their versions.
struct DatasetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "Works with datasets and their versions.",
    subcommands: [
      DatasetsAddCommand.self, DatasetsClassifyCommand.self, DatasetsDiffCommand.self,
      DatasetsExportCommand.self,
      DatasetsListCommand.self, DatasetsShowCommand.self,
    ])
}
