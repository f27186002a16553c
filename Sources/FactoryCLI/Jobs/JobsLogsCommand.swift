internal import API
internal import ArgumentParser
import Foundation

/// Prints what a job printed.
struct JobsLogsCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Prints what a job's last attempt printed.",
    discussion: "With --output json the answer is one object with the text and its end.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobArgument

  @Flag(name: [.customShort("f"), .customLong("follow")], help: "Go on until the job has ended.")
  var follows = false

  @Flag(help: "Print standard error instead of standard output.")
  var stderr = false

  func execute() async throws {
    let client = try await connection()
    var collected: [UInt8] = []
    var offset = 0
    while true {
      // Asked before the output is read: what comes later is read in the next round.
      let hasEnded = try await client.get(job.path, as: JobWire.self).hasEnded
      let bytes = try await part(of: client, from: offset)
      offset += bytes.count
      if global.output.mode == .json {
        collected += bytes
      } else {
        FileHandle.standardOutput.write(Data(bytes))
      }
      if bytes.isEmpty, hasEnded || !follows { break }
      if bytes.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
    }
    if global.output.mode == .json {
      try global.output.writeJSON(
        JobLogJSON(
          job: job.id, stream: stream, text: String(decoding: collected, as: UTF8.self),
          bytes: collected.count))
    }
  }

  private var stream: String { stderr ? "stderr" : "stdout" }

  private func part(of client: FactoryClient, from offset: Int) async throws -> [UInt8] {
    try await client.send(
      "GET", job.path + "/output", query: [("stream", stream), ("from", "\(offset)")]
    ).body
  }
}

/// What `jobs logs --output json` prints.
private struct JobLogJSON: Encodable {
  var job: String
  var stream: String
  var text: String
  var bytes: Int
}
