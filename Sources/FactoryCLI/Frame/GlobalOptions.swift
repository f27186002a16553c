internal import ArgumentParser
internal import Foundation

/// The options of every verb: `@OptionGroup var global: GlobalOptions`.
struct GlobalOptions: ParsableArguments {
  static let outputVariable = "AIFACTORY_OUTPUT"

  @Option(
    help: ArgumentHelp(
      "Folder of the factory (default: AIFACTORY_HOME, else ~/.aifactory).", valueName: "dir"))
  var home: String?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("table, json or quiet (default: AIFACTORY_OUTPUT, else table)."))
  var chosenOutput: OutputMode?

  /// How this verb speaks.
  var output: Output {
    Output(mode: chosenOutput ?? Self.environmentMode ?? .table)
  }

  static var environmentMode: OutputMode? {
    ProcessInfo.processInfo.environment[outputVariable].flatMap(OutputMode.init(rawValue:))
  }
}
