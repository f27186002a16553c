internal import API
internal import ArgumentParser
internal import Basics

/// Takes over what Optuna has kept.
struct ImportOptunaCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "optuna",
    abstract: "Takes studies of Optuna's SQLite storage over, with all trials that ended.",
    discussion: """
      All studies of the file, or the one that --study names, come over whole or not at all. A file \
      that grew since is imported again; trials that are here stay as they are.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The file of sqlite:///FILE.", valueName: "file"))
  var path: String

  @Option(help: ArgumentHelp("The one study to take over.", valueName: "name"))
  var study: String?

  func execute() async throws {
    let wire = try await connection().post(
      "/api/v1/imports/optuna",
      OptunaImportRequestWire(path: FileTree.absolute(path), study: study),
      as: OptunaImportWire.self)
    let rows = wire.studies.map { study in
      [
        study.id, study.name, "\(study.trials)", "\(study.knownTrials)",
        "\(study.unfinishedTrials)",
      ]
    }
    try global.output.show(
      wire,
      table: TextTable(
        ["STUDY", "NAME", .number("TRIALS"), .number("BEFORE"), .number("UNFINISHED")], rows: rows,
        whenEmpty: "The file has no studies."),
      quiet: wire.studies.map(\.id))
  }
}
