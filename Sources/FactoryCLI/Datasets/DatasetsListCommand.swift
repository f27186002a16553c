internal import API
internal import ArgumentParser

/// Lists datasets.
struct DatasetsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists datasets, the one used last first.")

  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let list = try await connection().get("/api/v1/datasets", as: DatasetListWire.self)
    let rows = list.datasets.map { dataset in
      [
        dataset.name, "\(dataset.versionCount)", "\(dataset.latest.rowCount)",
        "\(dataset.latest.columns.count)", dataset.latest.dataClass,
        dataset.latest.id,
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["NAME", .number("VERSIONS"), .number("ROWS"), .number("COLUMNS"), "CLASS", "LATEST"],
        rows: rows,
        whenEmpty: "No datasets yet: `aifactory datasets add FILE` makes one."),
      quiet: list.datasets.map(\.latest.id))
  }
}
