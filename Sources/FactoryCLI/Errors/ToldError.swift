internal import API
internal import ArgumentParser
internal import Basics
internal import Foundation
internal import Workflows

/// An error in the words that a person or a program receives.
struct ToldError: Equatable {
  var code: String
  var message: String
  var hint: String?
  var exitStatus: ExitStatus

  init(_ error: any Error) {
    switch error {
    case let error as CLIError:
      self.init(factoryError: error, exitStatus: error.exitStatus)
    case let error as WorkFailure:
      self.init(
        code: error.body.code, message: error.body.message, hint: error.body.hint,
        exitStatus: .workFailed)
    case let error as APIError:
      let isOurs =
        (error.status.map { (400..<500).contains($0) } ?? false)
        && !Self.isOfSurroundings(error.code.rawValue)
      self.init(
        factoryError: error,
        exitStatus: isOurs || error.code == .identifierEmpty ? .wrongUse : .factoryFailed)
    case let error as WorkflowFileError:
      self.init(factoryError: error, exitStatus: .wrongUse)
    case let error as any FactoryError:
      self.init(
        factoryError: error, exitStatus: Self.isWrongUse(error) ? .wrongUse : .factoryFailed)
    case is CancellationError:
      self.init(
        code: "interrupted", message: "The command was interrupted.", hint: nil,
        exitStatus: .factoryFailed)
    default:
      self.init(unknown: error)
    }
  }

  private init(factoryError error: some FactoryError, exitStatus: ExitStatus) {
    self.init(
      code: error.code.rawValue, message: error.message, hint: error.hint, exitStatus: exitStatus)
  }

  /// Whether a local error is about what the user gave: its code word says so.
  private static func isWrongUse(_ error: some FactoryError) -> Bool {
    let word = error.code.rawValue
    return ["_invalid", "_not_found", "_unreadable", "_refused", "_unknown", "_missing"].contains {
      word.hasSuffix($0)
    } && !isOfSurroundings(word) && word != "object_missing"
  }

  /// Whether a code word is about what the factory works with, so that the same command line may do another time.
  private static func isOfSurroundings(_ word: String) -> Bool {
    ["site_unreachable", "engine_missing", "agent_missing", "system_failure"].contains(word)
  }

  private init(unknown error: any Error) {
    let exitCode = Root.exitCode(for: error)
    if exitCode == .validationFailure {
      let usage = Root.fullMessage(for: error).split(separator: "\n")
        .first { $0.hasPrefix("Usage:") }
      self.init(
        code: "usage", message: Root.message(for: error), hint: usage.map(String.init),
        exitStatus: .wrongUse)
      return
    }
    self.init(
      code: "unexpected", message: "\(error)",
      hint: "This is a fault of the program; please report it with the command you typed.",
      exitStatus: .factoryFailed)
  }

  init(code: String, message: String, hint: String?, exitStatus: ExitStatus) {
    self.code = code
    self.message = message
    self.hint = hint
    self.exitStatus = exitStatus
  }

  /// `{"error":{"code":…,"message":…,"hint":…}}`: the shape of every error of the factory.
  var wire: ErrorWire { ErrorWire(ErrorWire.Body(code: code, message: message, hint: hint)) }
}
