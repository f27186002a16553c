internal import API
internal import ArgumentParser
internal import Basics

/// Forgets a site.
struct SitesRemoveCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forgets a site on which no job waits or runs.",
    discussion: """
      Jobs that ran there stay known, and their files stay in its scratch folder, unless --files is given: then \
      what this factory's jobs left there goes first, and, where no other factory has jobs in the folder, what \
      jobs share and the agent's programs.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var site: SiteArgument

  @Flag(help: "Remove what jobs left in its scratch folder, too.")
  var files = false

  func execute() async throws {
    let wire: SiteRemovalWire = try await connection().delete(
      site.path, query: files ? [("files", "remove")] : [])
    var lines = ["Removed the site \(site.name)."]
    if files {
      lines.append(
        "\(wire.count) things of its scratch folder went, \(ByteCount(bytes: wire.bytes)).")
    }
    try global.output.show(
      wire, text: (lines + wire.remarks).joined(separator: "\n"), quiet: [site.name])
  }
}
