import Foundation
import Testing

/// `aifactory worker search`, led through pipes as a program in another language would.
struct SearchDialogueEndToEndTests {
  @Test(.timeLimit(.minutes(1)))
  func `lines of JSON are answered one by one, in order`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: FactoryProgram.products + "/aifactory")
    process.arguments = ["worker", "search"]
    let (questions, answers) = (Pipe(), Pipe())
    process.standardInput = questions
    process.standardOutput = answers
    try process.run()
    var lines = [
      #"{"space": {"parameters": [{"name": "x", "uniform": [0, 1]}]}, "sampler": "gp", "seed": 2}"#
    ]
    for number in 0..<12 {
      lines += [#"{"ask": 1}"#, #"{"tell": \#(number), "values": [\#(number)]}"#]
    }
    lines += ["", "nonsense", #"{"best": true}"#]
    try questions.fileHandleForWriting.write(
      contentsOf: Data(lines.joined(separator: "\n").utf8))
    try questions.fileHandleForWriting.close()
    let output = String(
      decoding: try answers.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let said = output.split(separator: "\n")
    // The empty line is no question.
    #expect(said.count == lines.count - 1)
    #expect(said.first?.contains("\"sampler\":\"gp\"") == true)
    #expect(said.count { $0 == "{\"told\":true}" } == 12)
    #expect(said.dropLast().last?.contains("search_question_invalid") == true)
    #expect(said.last?.contains("\"number\":0") == true)
  }
}
