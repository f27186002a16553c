internal import API
internal import ArgumentParser

/// Shows one site.
struct SitesShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all about one site.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var site: SiteArgument

  @Flag(help: "Ask the cluster again what it has.")
  var refresh = false

  func execute() async throws {
    let client = try await connection()
    let wire: SiteWire =
      refresh ? try await client.post(site.path + "/refresh") : try await client.get(site.path)
    try global.output.show(wire, table: wire.properties, quiet: [wire.driver])
  }
}
