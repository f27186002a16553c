internal import ArgumentParser
internal import Basics
internal import Engines

/// `aifactory engines install`: fetches the pinned engines and checks their hashes.
struct EnginesInstallCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Installs the engines that are missing, in their pinned versions.",
    discussion: """
      Downloads with pip (so a site's mirror and proxy apply) and takes nothing whose SHA-256 is \
      not the one that was tested. What is installed already stays.
      """)
  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp("Take the wheels from this folder, without network.", valueName: "dir"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Install into this folder (default: AIFACTORY_ENGINES, else <home>/engines).",
      valueName: "dir"))
  var into: String?

  func execute() async throws {
    let locator = into.map { EngineLocator(folder: $0) } ?? global.factoryHome.engines
    let output = global.output
    let installed = try await EngineInstaller(into: locator).install(from: from) {
      output.note($0 + " …")
    }
    let wire = EnginesWire(locator)
    try output.show(
      wire,
      text: installed.map { engine in
        "\(engine.engine.name) \(engine.engine.version) "
          + (engine.wasInstalled ? "was there: " : "installed: ") + engine.path
      }.joined(separator: "\n"),
      quiet: installed.map(\.path))
  }
}
