internal import ArgumentParser
internal import Foundation
internal import Optimization

/// `aifactory worker search`: a study led by lines of JSON on stdin, answered on stdout.
///
/// For programs in any language that want to drive a search by themselves, and for the benchmark.
struct WorkerSearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Leads a search by lines of JSON on stdin and stdout.")

  func run() throws {
    var dialogue = SearchDialogue()
    while let line = readLine() {
      guard !line.isEmpty else { continue }
      var answer = dialogue.answer(Array(line.utf8))
      answer.append(UInt8(ascii: "\n"))
      try FileHandle.standardOutput.write(contentsOf: answer)
    }
  }
}
