internal import ArgumentParser
internal import Foundation
internal import Optimization

/// `aifactory worker search`: a study led by lines of JSON on stdin, answered on stdout.
///
/// For programs in any language that want to drive a search by themselves, and for the benchmark.
struct WorkerSearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Leads a search by lines of JSON on stdin and stdout.")

  @Flag(help: "Adds to each answer as 'took_ns' how long it took, without reading and writing.")
  var timed = false

  func run() throws {
    var dialogue = SearchDialogue()
    let clock = ContinuousClock()
    while let line = readLine() {
      guard !line.isEmpty else { continue }
      let question = Array(line.utf8)
      let begun = clock.now
      var answer = dialogue.answer(question)
      if timed {
        let (seconds, attoseconds) = (clock.now - begun).components
        let took = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        // An answer is an object with members.
        answer.removeLast()
        answer += Array(",\"took_ns\":\(took)}".utf8)
      }
      answer.append(UInt8(ascii: "\n"))
      try FileHandle.standardOutput.write(contentsOf: answer)
    }
  }
}
