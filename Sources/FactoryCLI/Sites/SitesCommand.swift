internal import API
internal import ArgumentParser

/// The noun `sites`.
struct SitesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sites", abstract: "Adds and tests places where jobs run.",
    subcommands: [
      SitesListCommand.self, SitesAddCommand.self, SitesShowCommand.self, SitesTestCommand.self,
      SitesSetCommand.self, SitesRemoveCommand.self,
    ])
}

/// The argument of every verb about one site.
struct SiteArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Name of the site.", valueName: "site"))
  var name: String

  /// The site's address below the server's.
  var path: String { "/api/v1/sites/\(FactoryClient.escaped(name))" }
}
