import Foundation

/// A script that was started; what it says goes to a file.
struct RunningScript {
  let process: Process
  private let input = Pipe()
  private let output: String

  /// Starts a process whose program and words are set.
  init(_ process: Process, output: String) throws {
    self.process = process
    self.output = output
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let file = FileHandle(forWritingAtPath: output)
    // The script has its own by then.
    defer { try? file?.close() }
    process.standardOutput = file
    process.standardError = file
    process.standardInput = input
    try process.run()
  }

  /// What it has said so far.
  var text: String { get throws { try String(contentsOfFile: output, encoding: .utf8) } }

  /// Lets it go on where it waits for a line.
  func goOn() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

  /// Closes its input, waits for its end and tells what it said.
  func end() throws -> (status: Int32, text: String) {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return (process.terminationStatus, try text)
  }
}
