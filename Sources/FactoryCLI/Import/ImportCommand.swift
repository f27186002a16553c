internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// The verb `import`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes over what other programs have kept.",
    subcommands: [ImportMLflowCommand.self, ImportOptunaCommand.self])
}

/// Takes over what MLflow has kept.
struct ImportMLflowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlflow",
    abstract: "Takes experiments, runs, traces, models and artifacts of an MLflow store over.",
    discussion: """
      Interrupted, it is run again and goes on. What cannot be taken is told, with the reason. \
      Artifacts in remote stores stay where they are.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "A server's SQLite file, such as mlflow.db, or a folder mlruns.")
  var path: String

  func execute() async throws {
    let file = URL(fileURLWithPath: path).standardizedFileURL.path
    let client = try await connection()
    let patient = FactoryClient(
      url: client.url, token: try ServerFile.read(global.factoryHome)?.token,
      timeoutSeconds: 24 * 3_600)
    let wire = try await patient.post(
      "/api/v1/imports/mlflow", ImportRequestWire(path: file), as: ImportWire.self)
    let counts: [(String, Int, Int?)] = [
      ("experiments", wire.experiments, nil), ("runs", wire.runs, wire.knownRuns),
      ("metric points", wire.metrics, nil), ("params", wire.params, nil),
      ("inputs", wire.inputs, nil), ("artifacts", wire.artifacts, nil),
      ("logged models", wire.loggedModels, wire.knownLoggedModels),
      ("traces", wire.traces, wire.knownTraces), ("model versions", wire.modelVersions, nil),
    ]
    let rows = counts.map { name, count, known in
      [name, "\(count)", known.map { "\($0)" } ?? ""]
    }
    try global.output.show(
      wire, table: TextTable(["", .number("here now"), .number("here before")], rows: rows),
      quiet: ["\(wire.runs)"])
    for text in wire.refused { global.output.note("Not taken: \(text)") }
    for text in wire.remarks { global.output.note(text) }
  }
}
