internal import API
internal import ArgumentParser
internal import Basics

/// Gives a study to another program.
struct StudiesExportCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a study into a file that Optuna's load_study reads.",
    discussion: """
      optuna.load_study(study_name=NAME, storage="sqlite:///FILE") finds it under its name here. \
      Trials that nobody has told are there as failed.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  @Option(help: ArgumentHelp("The SQLite file to make.", valueName: "file"))
  var optuna: String

  func execute() async throws {
    let wire = try await connection().post(
      "/api/v1/studies/\(FactoryClient.escaped(try await studyIdentifier(id)))/optuna",
      OptunaExportWire(path: FileTree.absolute(optuna)), as: OptunaExportWire.self)
    try global.output.show(
      wire, text: "Wrote \(wire.trials ?? 0) trials to \(optuna).", quiet: [wire.path])
  }
}
