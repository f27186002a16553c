internal import API
internal import ArgumentParser

/// Changes what is said of a site.
struct SitesSetCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Says where a site is, what feeds it, and which data it takes.",
    discussion: """
      What is not named stays; `none` takes a word or figure back, `--data-classes all` lets the site take all data. \
      This machine is the site `local`. Jobs that were accepted before go on.

      Example: aifactory sites set hpc --location "Linköping, SE" --energy-source hydropower \
                 --carbon-intensity 25 --carbon-origin "the grid's yearly mean" --data-classes public,internal
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var site: SiteArgument
  @OptionGroup var declaration: SiteDeclarationOptions

  func validate() throws {
    guard declaration.isGiven else {
      throw ValidationError("Say what changes, such as --data-classes public,internal.")
    }
  }

  func execute() async throws {
    let client = try await connection()
    let before: SiteWire = try await client.get(site.path)
    let changed: SiteWire = try await client.put(
      site.path + "/declaration", try declaration.changed(before.declaration))
    try global.output.show(changed, table: changed.properties, quiet: [changed.name])
  }
}
