internal import API
internal import ArgumentParser
internal import Basics
internal import DataPipelines
internal import Foundation

/// Writes the rows of a dataset version to a file.
struct DatasetsExportCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the rows of a dataset version to a CSV or Parquet file.",
    discussion: "The columns _row (in the source, from 0) and _split (0 train, 1 validation, 2 "
      + "test) are kept.")

  @Argument(help: "NAME, NAME@3 or dv_….") var reference: String
  @Argument(help: "The file to write; its ending says how.") var file: String
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let isParquet = file.hasSuffix(".parquet")
    guard isParquet || file.hasSuffix(".csv") else {
      throw CLIError(
        .usage, "'\(file)' ends neither in .csv nor in .parquet.", hint: "Name such a file.")
    }
    let version = try await connection().get(
      "/api/v1/datasets/\(DatasetDetails.encoded(reference))", as: DatasetVersionWire.self)
    let objects = global.factoryHome.objects
    guard let folder = ObjectDigest(hex: version.folder),
      let table = try objects.manifest(folder).files.first(where: { $0.path == "table.parquet" })
    else { throw CLIError(.notFound, "The rows of \(version.id) are not in this home.") }
    let source = objects.path(of: table.sha256)
    let destination = FileTree.absolute(file)
    if isParquet {
      try FileTree.write(
        try FileTree.read(source, limit: Int(table.bytes)), to: destination, mode: 0o644)
    } else {
      let duckdb = try DuckDBLibrary(path: try global.factoryHome.engines.duckdb())
      try ParquetTable(duckdb: duckdb).writeCSV(from: source, to: destination)
    }
    try global.output.show(
      version, text: "Wrote \(version.rowCount) rows of \(version.id) to \(file).",
      quiet: [destination])
  }
}
