internal import API
internal import ArgumentParser

/// Points an alias at a version.
struct ModelsPromoteCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Points an alias at a version, such as the one that MLflow's clients load.",
    discussion: "mlflow.pyfunc.load_model(\"models:/NAME@champion\") loads that version then.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Name of the model.", valueName: "model"))
  var name: String

  @Argument(help: "Number of the version.")
  var version: Int

  @Option(help: "The alias.")
  var alias = "champion"

  func execute() async throws {
    let wire = try await connection().post(
      "/api/v1/models/\(FactoryClient.escaped(name))/aliases",
      AliasWire(alias: alias, version: version), as: ModelVersionWire.self)
    try global.output.show(
      wire, text: "\(wire.name) version \(wire.version) is \(alias) now.",
      quiet: ["\(wire.version)"])
  }
}
