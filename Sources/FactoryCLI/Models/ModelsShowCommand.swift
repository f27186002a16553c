internal import API
internal import ArgumentParser

/// Shows one model, or one of its versions.
struct ModelsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a model and its versions, or all about one version.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Name of the model.", valueName: "model"))
  var name: String

  @Option(help: "Number of a version, or latest.")
  var version: String?

  func execute() async throws {
    let path = "/api/v1/models/\(FactoryClient.escaped(name))"
    if let version {
      let wire = try await connection().get(
        "\(path)/versions/\(FactoryClient.escaped(version))", as: ModelVersionWire.self)
      return try global.output.show(
        wire, table: wire.properties, quiet: ["\(wire.version)"])
    }
    let model = try await connection().get(path, as: ModelWire.self)
    let versions = model.versions ?? []
    let rows = versions.map { version in
      [
        "\(version.version)", version.status, version.aliases.joined(separator: " "),
        version.datasetVersion ?? "", MomentText.minute(version.createdAtMs),
      ]
    }
    try global.output.show(
      model,
      table: TextTable(
        [.number("VERSION"), "STATUS", "ALIASES", "DATASET VERSION", "CREATED"], rows: rows,
        whenEmpty: "\(name) has no versions."),
      quiet: versions.map { "\($0.version)" })
  }
}

extension ModelVersionWire {
  /// Everything about the version.
  var properties: TextTable {
    var rows: [(String, TextTable.Cell)] = [
      ("model", .init(name)), ("version", .init("\(version)")), ("status", .init(status)),
      ("aliases", .init(aliases.joined(separator: " "))),
      ("created", .init(MomentText.minute(createdAtMs))),
    ]
    let optional = [
      ("run", run), ("job", job), ("dataset version", datasetVersion), ("package", package),
      ("signature", signature), ("provenance", provenance),
    ]
    for (name, value) in optional {
      if let value { rows.append((name, .init(value))) }
    }
    return .properties(rows)
  }
}
