internal import ArgumentParser
internal import Basics
internal import Foundation

/// One stage program: `aifactory worker NAME REQUEST.json`.
///
/// ```swift
/// struct WorkerDataCommand: WorkerVerb {
///   static let configuration = CommandConfiguration(commandName: "data")
///   @Argument var request: String
///   func work() async throws { try DataWorker.run(requestPath: request) }
/// }
/// ```
protocol WorkerVerb: AsyncParsableCommand {
  /// Path of the request.
  var request: String { get }
  func work() async throws
}

extension WorkerVerb {
  /// Works; an error is told on stderr, left as `error.json` beside the request, and exits 1.
  func run() async throws {
    do {
      try await work()
    } catch {
      let told = ToldError(error)
      leave(told)
      Output.writeError(
        "Error: \(told.code)\nWhy:   \(told.message)\n" + (told.hint.map { "Hint:  \($0)\n" } ?? "")
      )
      throw ExitStatus.workFailed
    }
  }

  private func leave(_ told: ToldError) {
    let folder = URL(fileURLWithPath: request).deletingLastPathComponent()
    do {
      try Output.json(told.wire)
        .write(to: folder.appendingPathComponent("error.json"), options: .atomic)
    } catch {
      Output.writeError("error.json could not be written: \(error)\n")
    }
  }
}
