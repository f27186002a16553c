internal import API
internal import ArgumentParser
internal import Basics
internal import Foundation

/// Turns any error into three lines (what, why, hint) or the JSON error, and an exit code.
struct ErrorPrinter {
  let arguments: [String]

  /// Prints `error` and returns the code to exit with.
  func report(_ error: any Error) -> ExitStatus {
    if let status = error as? ExitStatus { return status }
    if error is ExitCode || Root.exitCode(for: error).isSuccess {
      return reportCleanExit(error)
    }
    let told = ToldError(error)
    Output.writeError(rendered(told))
    return told.exitStatus
  }

  /// What goes to standard error.
  func rendered(_ told: ToldError) -> String {
    if mode == .json, let data = try? Output.json(told.wire) {  // strings always encode
      return String(decoding: data, as: UTF8.self) + "\n"
    }
    let verb = (["aifactory"] + verbWords).joined(separator: " ")
    return """
      Error: \(verb): \(told.code)
      Why:   \(told.message.replacing("\n", with: "\n       "))
      Hint:  \((told.hint ?? "Run `\(verb) --help`.").replacing("\n", with: "\n       "))

      """
  }

  /// Help, a version, completion scripts, or a bare exit code of ArgumentParser.
  private func reportCleanExit(_ error: any Error) -> ExitStatus {
    let text = Root.fullMessage(for: error)
    if !text.isEmpty { print(text) }
    if let code = error as? ExitCode {
      return ExitStatus(rawValue: code.rawValue) ?? .factoryFailed
    }
    return .done
  }

  /// The words of the command line that name the verb.
  private var verbWords: [String] {
    var words: [String] = []
    var commands = Root.configuration.subcommands
    for argument in arguments.prefix(while: { !$0.hasPrefix("-") }) {
      guard let command = commands.first(where: { $0._commandName == argument }) else { break }
      words.append(argument)
      commands = command.configuration.subcommands
    }
    return words
  }

  private var mode: OutputMode {
    let own = arguments.prefix { $0 != "--" }
    if let index = own.firstIndex(of: "--output"), index + 1 < own.endIndex,
      let mode = OutputMode(rawValue: own[index + 1])
    {
      return mode
    }
    let joined = own.first { $0.hasPrefix("--output=") }?.dropFirst("--output=".count)
    return joined.flatMap { OutputMode(rawValue: String($0)) }
      ?? GlobalOptions.environmentMode ?? .table
  }
}
