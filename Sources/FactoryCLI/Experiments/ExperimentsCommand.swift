internal import API
internal import ArgumentParser

/// The noun `experiments`.
struct ExperimentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments", abstract: "Shows experiments: the named sets of runs.",
    subcommands: [
      ExperimentsListCommand.self, ExperimentsDeleteCommand.self, ExperimentsRestoreCommand.self,
    ])
}

/// Lists experiments.
struct ExperimentsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists experiments, the last changed first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "A filter such as \"name LIKE 'wine%' AND tags.team = 'a'\".")
  var filter: String?

  @Flag(help: "Show those in the trash instead.")
  var deleted = false

  func execute() async throws {
    var query: [(String, String)] = []
    if let filter { query.append(("filter", filter)) }
    if deleted { query.append(("deleted", "true")) }
    let list = try await connection().get(
      "/api/v1/experiments", query: query, as: ExperimentListWire.self)
    let rows = list.experiments.map { [$0.id, $0.name, MomentText.minute($0.updatedAtMs)] }
    try global.output.show(
      list,
      table: TextTable(
        ["EXPERIMENT", "NAME", "CHANGED"], rows: rows, whenEmpty: "No experiments here."),
      quiet: list.experiments.map(\.id))
  }
}

/// Moves an experiment to the trash.
struct ExperimentsDeleteCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Moves an experiment with its runs to the trash.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the experiment.", valueName: "experiment"))
  var id: String

  func execute() async throws {
    let wire = try await connection().delete(
      "/api/v1/experiments/\(FactoryClient.escaped(id))", as: ExperimentWire.self)
    try global.output.show(
      wire, text: "Experiment \(wire.name) is in the trash.", quiet: [wire.id])
  }
}

/// Takes an experiment out of the trash.
struct ExperimentsRestoreCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Takes an experiment with its runs out of the trash.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the experiment.", valueName: "experiment"))
  var id: String

  func execute() async throws {
    let wire = try await connection().post(
      "/api/v1/experiments/\(FactoryClient.escaped(id))/restore", as: ExperimentWire.self)
    try global.output.show(wire, text: "Experiment \(wire.name) is back.", quiet: [wire.id])
  }
}
