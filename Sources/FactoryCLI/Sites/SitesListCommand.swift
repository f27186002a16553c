internal import API
internal import ArgumentParser

/// Lists sites.
struct SitesListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the places where jobs can run.")

  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let list = try await connection().get("/api/v1/sites", as: SiteListWire.self)
    let rows = list.sites.map { site in
      [
        TextTable.Cell(site.name), TextTable.Cell(site.driver),
        TextTable.Cell(site.cluster.map { "\($0), Slurm \(site.version ?? "")" } ?? "this machine"),
        TextTable.Cell("\(site.nodeCount)"), TextTable.Cell("\(site.cpuCount)"),
        TextTable.Cell("\(site.gpuCount)"), TextTable.Cell(site.declaration.location ?? ""),
        TextTable.Cell(site.declaration.energySource ?? ""),
        TextTable.Cell(site.declaration.classWords),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        [
          "SITE", "DRIVER", "CLUSTER", .number("NODES"), .number("CPUS"), .number("GPUS"),
          "LOCATION",
          "ENERGY", "DATA",
        ], rows: rows),
      quiet: list.sites.map(\.name))
  }
}
