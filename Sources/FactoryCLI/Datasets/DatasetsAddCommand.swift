internal import API
internal import ArgumentParser
internal import Foundation

/// Makes a dataset version out of a file.
struct DatasetsAddCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Makes a dataset version out of a file, glob, folder or URL.")

  @Argument(help: "CSV, TSV, JSON Lines or Parquet; https:// and s3:// too.") var source: String
  @Option(help: "Name of the dataset; that of the file when absent.") var name: String?
  @Option(help: "The column to predict: rows are split and compared with it.") var target: String?
  @Option(help: "A column that is never a feature; may be given several times.")
  var exclude: [String] = []
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "How far it must be kept from others: public, internal, confidential, restricted.",
      valueName: "class"))
  var dataClass: String?
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let client = try await connection()
    var request = DatasetImportRequestWire(
      name: name ?? defaultName, source: source,
      baseFolder: FileManager.default.currentDirectoryPath, target: target, exclude: exclude)
    request.dataClass = dataClass
    var state = try await client.post("/api/v1/datasets", request, as: DatasetImportWire.self)
    var patient = PatientClient(client, output: global.output, connect: connection)
    var pauseMs = 5
    while state.status == "running" {
      try await Task.sleep(for: .milliseconds(pauseMs))
      pauseMs = min(pauseMs * 2, 100)
      state = try await patient.get("/api/v1/dataset-imports/\(state.id)")
    }
    guard let version = state.version else {
      let error = state.error
      throw APIError(
        code: APIError.Code(rawValue: error?.code ?? "internal_error"),
        message: error?.message ?? state.message, hint: error?.hint, status: 422)
    }
    try global.output.show(
      version,
      text: "Dataset \(version.dataset), version \(version.number) (\(version.id)): "
        + "\(version.rowCount) rows, \(version.columns.count) columns.\n"
        + "Look at it with `aifactory datasets show \(version.dataset)`.",
      quiet: [version.id])
  }

  /// The file's name up to its first dot.
  private var defaultName: String {
    let last = source.split(separator: "/").last.map(String.init) ?? "dataset"
    let stem = last.split(separator: ".").first.map(String.init) ?? "dataset"
    let allowed = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : "-" }
    return String(allowed)
  }
}
