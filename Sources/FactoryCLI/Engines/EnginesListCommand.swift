internal import ArgumentParser
internal import Basics

/// `aifactory engines list`: what is installed and what is missing.
struct EnginesListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the engines and whether they are installed.")
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let wire = EnginesWire(global.factoryHome.engines)
    try global.output.show(
      wire,
      table: TextTable(
        ["NAME", "VERSION", "STATUS", "PURPOSE"],
        rows: wire.engines.map {
          [
            TextTable.Cell($0.name), TextTable.Cell($0.version),
            .status($0.installed ? "installed" : "missing"), TextTable.Cell($0.purpose),
          ]
        }),
      quiet: wire.engines.filter(\.installed).map(\.name))
  }
}

/// What `engines list` and `engines install` print with `--output json`.
struct EnginesWire: Codable, Equatable {
  struct Engine: Codable, Equatable {
    var name: String
    var version: String
    var installed: Bool
    var purpose: String
    /// The shared library; nil where it is missing.
    var library: String?
  }

  var folder: String
  var engines: [Engine]

  init(_ locator: EngineLocator) {
    folder = locator.folder
    engines = PinnedEngine.all.map { engine in
      Engine(
        name: engine.name, version: engine.version, installed: locator.isInstalled(engine),
        purpose: engine.purpose,
        // Missing is what `installed` says.
        library: try? locator.library(engine))
    }
  }
}
