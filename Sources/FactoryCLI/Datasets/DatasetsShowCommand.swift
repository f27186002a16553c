internal import API
internal import ArgumentParser
internal import DataPipelines
internal import Foundation

/// Shows a dataset version and its profile.
struct DatasetsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a dataset version: columns, profile, warnings.")

  @Argument(help: "NAME (its newest version), NAME@3 or dv_….") var reference: String
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let details = try await DatasetDetails.fetch(reference, from: try await connection())
    let version = details.version
    let splits = ["train", "validation", "test"]
      .map { "\($0) \(version.splits[$0] ?? 0)" }.joined(separator: ", ")
    var text = """
      \(version.dataset), version \(version.number) (\(version.id))
      \(version.rowCount) rows: \(splits) (\(version.splitRule))

      """
    text += "class: \(version.dataClass)\n"
    for source in version.sources {
      text += "from \(source.name) (\(source.bytes) bytes, sha256 \(source.sha256.prefix(12))…)\n"
    }
    if let copies = details.profile.duplicateRowCount, copies > 0 {
      text += copies == 1 ? "1 row is a copy of another\n" : "\(copies) rows are copies of others\n"
    }
    text += "\n" + ProfileTable.table(details.profile).rendered(on: global.output.terminal)
    for warning in details.profile.warnings { text += "\n! \(warning.message)" }
    try global.output.show(details, text: text, quiet: [version.id])
  }
}

/// A version with its profile.
struct DatasetDetails: Encodable {
  var version: DatasetVersionWire
  var profile: DatasetProfile

  static func fetch(_ reference: String, from client: FactoryClient) async throws -> DatasetDetails
  {
    let version = try await client.get(
      "/api/v1/datasets/\(encoded(reference))", as: DatasetVersionWire.self)
    let file = try await client.send("GET", "/api/v1/datasets/\(version.id)/files/profile.json")
    return DatasetDetails(
      version: version,
      profile: try JSONDecoder().decode(DatasetProfile.self, from: Data(file.body)))
  }

  /// A reference as one part of a path.
  static func encoded(_ reference: String) -> String {
    reference.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? reference
  }
}
