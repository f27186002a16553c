internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// The verb `import`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes over what other programs have kept.",
    subcommands: [ImportMLflowCommand.self])
}

/// Takes an MLflow server's data over.
struct ImportMLflowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlflow",
    abstract: "Takes experiments, runs, artifacts and models of an MLflow server over.",
    discussion: "Interrupted, it is run again and goes on. Remote artifacts stay where they are.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The server's SQLite file, such as mlflow.db.")
  var path: String

  func execute() async throws {
    let file = URL(fileURLWithPath: path).standardizedFileURL.path
    let client = try await connection()
    let patient = FactoryClient(
      url: client.url, token: try ServerFile.read(global.factoryHome)?.token,
      timeoutSeconds: 24 * 3_600)
    let wire = try await patient.post(
      "/api/v1/imports/mlflow", ImportRequestWire(path: file), as: ImportWire.self)
    let rows: [(String, TextTable.Cell)] =
      [
        ("experiments", .init("\(wire.experiments)")), ("runs", .init("\(wire.runs)")),
        ("metric points", .init("\(wire.metrics)")), ("params", .init("\(wire.params)")),
        ("artifacts", .init("\(wire.artifacts)")),
        ("model versions", .init("\(wire.modelVersions)")),
      ] + wire.remarks.map { ("remark", .init($0)) }
    try global.output.show(wire, table: .properties(rows), quiet: ["\(wire.runs)"])
  }
}
