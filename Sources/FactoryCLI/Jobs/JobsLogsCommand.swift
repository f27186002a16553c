internal import API
internal import ArgumentParser

/// Prints what a job printed.
struct JobsLogsCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Prints what a job's last attempt printed.",
    discussion: """
      The lines of a job on several nodes begin with the node's number. With --follow the next attempt of a \
      job that is started again comes after the one before it. Of a service, by its name, it is the job that has \
      the requests. With --output json the answer is one object \
      with the text and its end.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  @Flag(name: [.customShort("f"), .customLong("follow")], help: "Go on until the job has ended.")
  var follows = false

  @Flag(help: "Print standard error instead of standard output.")
  var stderr = false

  @Option(
    help: ArgumentHelp("Only that node of a job on several, from 0, as it is.", valueName: "n"))
  var node: Int?

  @Option(help: ArgumentHelp("That attempt, from 1, in place of the last.", valueName: "n"))
  var attempt: Int?

  func execute() async throws {
    let client = try await connection()
    let id = try await job.single(client)
    var collected: [UInt8] = []
    var outputs: [NodeOutput] = []
    var shown = attempt
    while true {
      // Asked before the output is read: what comes later is read in the next round.
      let wire = try await client.get(JobPath.of(id), as: JobWire.self)
      if outputs.isEmpty {
        let several = node == nil && wire.nodes > 1
        outputs = (several ? Array(0..<wire.nodes) : [node ?? 0]).map {
          NodeOutput(node: $0, isLabeled: several)
        }
        if shown == nil, wire.attempt > 0 { shown = wire.attempt }
      }
      let isOver = wire.hasEnded || !follows || shown ?? wire.attempt < wire.attempt
      var count = 0
      for index in outputs.indices {
        let bytes = try await part(of: client, id, outputs[index], shown)
        count += bytes.count
        let text = outputs[index].take(bytes, isLast: bytes.isEmpty && isOver)
        if global.output.mode == .json {
          collected += text
        } else {
          global.output.write(text)
        }
      }
      guard count == 0 else { continue }
      if attempt == nil, follows, let last = shown, last < wire.attempt {
        // It was started again: what its next attempt prints begins anew.
        shown = last + 1
        outputs = []
        global.output.note("Attempt \(last + 1):")
        continue
      }
      if isOver { break }
      try await Task.sleep(for: .milliseconds(200))
    }
    if global.output.mode == .json {
      try global.output.writeJSON(
        JobLogJSON(
          job: id, stream: stream, text: String(decoding: collected, as: UTF8.self),
          bytes: collected.count))
    }
  }

  private var stream: String { stderr ? "stderr" : "stdout" }

  private func part(
    of client: FactoryClient, _ id: String, _ output: NodeOutput, _ attempt: Int?
  ) async throws -> [UInt8] {
    var query = [("stream", stream), ("from", "\(output.offset)"), ("node", "\(output.node)")]
    if let attempt { query.append(("attempt", "\(attempt)")) }
    return try await client.send("GET", JobPath.of(id) + "/output", query: query).body
  }
}

/// What one node printed, in whole lines with its number where there are several.
struct NodeOutput {
  let node: Int
  let isLabeled: Bool
  /// Bytes that were taken.
  private(set) var offset = 0
  private var unfinished: [UInt8] = []

  init(node: Int, isLabeled: Bool) {
    self.node = node
    self.isLabeled = isLabeled
  }

  /// Takes bytes and returns what can be printed.
  ///
  /// - Parameter isLast: whether nothing more comes, so that a line without end is told as well.
  mutating func take(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    offset += bytes.count
    guard isLabeled else { return bytes }
    unfinished += bytes
    if isLast, !unfinished.isEmpty { unfinished.append(UInt8(ascii: "\n")) }
    let lines = unfinished.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    unfinished = lines.last.map { Array($0) } ?? []
    return lines.dropLast().flatMap { Array("\(node): ".utf8) + $0 + [UInt8(ascii: "\n")] }
  }
}

/// What `jobs logs --output json` prints.
private struct JobLogJSON: Encodable {
  var job: String
  var stream: String
  var text: String
  var bytes: Int
}
