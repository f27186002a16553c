internal import API
internal import ArgumentParser

/// Forgets a site.
struct SitesRemoveCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forgets a site on which no job waits or runs.",
    discussion: "Jobs that ran there stay known, and their files stay in its scratch folder.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var site: SiteArgument

  func execute() async throws {
    let _: Nothing = try await connection().delete(site.path)
    try global.output.show(
      ["removed": site.name], text: "Removed the site \(site.name).", quiet: [site.name])
  }
}
