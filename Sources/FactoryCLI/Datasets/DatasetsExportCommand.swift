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
    let client = try await connection()
    let version = try await client.get(
      "/api/v1/datasets/\(DatasetDetails.encoded(reference))", as: DatasetVersionWire.self)
    let table = "/api/v1/datasets/\(version.id)/files/table.parquet"
    let destination = FileTree.absolute(file)
    if isParquet {
      try await client.download(table, to: destination)
    } else {
      let duckdb = try DuckDBLibrary(path: try global.factoryHome.engines.duckdb())
      let parquet = destination + ".parquet-part"
      // A leftover beside the file would only take space.
      defer { try? FileTree.remove(parquet) }
      try await client.download(table, to: parquet)
      try ParquetTable(duckdb: duckdb).writeCSV(from: parquet, to: destination)
    }
    try global.output.show(
      version, text: "Wrote \(version.rowCount) rows of \(version.id) to \(file).",
      quiet: [destination])
  }
}
