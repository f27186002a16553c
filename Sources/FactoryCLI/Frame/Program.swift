internal import ArgumentParser
internal import Basics
import Foundation

/// The `aifactory` program: parses the command line, runs the verb, and turns errors into words.
@main
enum Program {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let leading = LeadingOptions.taken(from: arguments)
    leading.exportToEnvironment()
    let exit = await run(leading.remaining)
    Foundation.exit(exit.rawValue)
  }

  /// Parses and runs `arguments`; whatever went wrong has been printed when this returns.
  static func run(_ arguments: [String]) async -> ExitStatus {
    do {
      var command = try await Root.asyncParseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return .done
    } catch {
      return ErrorPrinter(arguments: arguments).report(error)
    }
  }
}

/// `--home` and `--output` before the verb (`aifactory --home DIR jobs list`).
///
/// They hold for every verb, so they go where each verb looks anyway: into the environment.
struct LeadingOptions: Equatable {
  private(set) var environment: [String: String] = [:]
  private(set) var remaining: [String] = []

  static func taken(from arguments: [String]) -> LeadingOptions {
    var result = LeadingOptions()
    var rest = arguments[...]
    while let first = rest.first, let variable = variable(for: first) {
      rest.removeFirst()
      if let equals = first.firstIndex(of: "=") {
        result.environment[variable] = String(first[first.index(after: equals)...])
      } else if let value = rest.popFirst() {
        result.environment[variable] = value
      } else {
        rest = [first]
        break
      }
    }
    result.remaining = Array(rest)
    return result
  }

  func exportToEnvironment() {
    for (name, value) in environment { setenv(name, value, 1) }
  }

  private static func variable(for argument: String) -> String? {
    switch argument.prefix(while: { $0 != "=" }) {
    case "--home": "AIFACTORY_HOME"
    case "--output": GlobalOptions.outputVariable
    default: nil
    }
  }
}
