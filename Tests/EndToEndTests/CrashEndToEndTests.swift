import Basics
import Foundation
import Testing

/// Processes of the factory are killed at random moments; nothing that was promised is lost.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CrashEndToEndTests {
  /// Workflows whose processes are killed, and kills of each: AIFACTORY_CRASHES sets the first.
  static var rounds: Int {
    Int(ProcessInfo.processInfo.environment["AIFACTORY_CRASHES"] ?? "") ?? 8
  }
  static let killsPerRound = 7

  /// What a workflow comes to, to the bit.
  private struct Result: Equatable, CustomStringConvertible {
    var package: String
    var metrics: [String: Double]
    var prediction: Double

    var description: String { "\(package.prefix(12)) \(metrics) \(prediction)" }
  }

  /// Which processes are killed, by a part of their command line.
  private enum Victim: String, CaseIterable {
    case server = "aifactory serve"
    case gateway = "aifactory gateway"
    case agent = "aifactory-agent run"
    case worker = "aifactory worker"
  }

  @Test func `a workflow whose processes are killed ends with the same model`() throws {
    let calm = try FactoryProgram()
    defer { calm.close() }
    try Self.lay(calm)
    try Self.runToEnd(calm, begun: try calm.start(["run", "workflow.yaml", "--output", "json"]))
    let expected = try Self.result(of: calm).result

    var generator = SeededGenerator(seed: 42)
    var kills: [Victim: Int] = [:]
    for round in 0..<Self.rounds {
      let factory = try FactoryProgram()
      defer { factory.close() }
      try Self.lay(factory)
      let job = try Self.submit(factory)
      var said: [String] = []

      let run = try factory.start(["run", "workflow.yaml", "--output", "json"])
      for _ in 0..<Self.killsPerRound {
        usleep(UInt32(generator.nextUnit() * 700_000))
        guard let victim = Self.kill(in: factory, &generator, &said) else { continue }
        kills[victim, default: 0] += 1
      }
      try Self.runToEnd(factory, begun: run)

      let (actual, prediction) = try Self.result(of: factory)
      #expect(actual == expected, "round \(round): killed \(said)")
      // What was acknowledged is known, also when everything is killed right after.
      for victim in Victim.allCases {
        for pid in factory.processes(holding: victim.rawValue) { Foundation.kill(pid, SIGKILL) }
      }
      let chain = try factory("explain", prediction, "--output", "json")
      #expect(chain.status == 0, "round \(round): \(chain.errors)")
      #expect(chain.output.contains("houses.csv"))
      let shown = try factory("jobs", "show", job, "--output", "json")
      #expect(shown.status == 0, "round \(round): \(shown.errors)")
      #expect(shown.output.contains("\"ended\""), "\(shown.output)")
      #expect(try Self.result(of: factory).result == expected, "round \(round)")

      #expect(try factory("stop").status == 0)
      #expect(Self.isEmpty(factory), "round \(round), \(said): \(factory.commandLines())")
    }
    print("killed: \(kills.map { "\($0.value) × \($0.key)" }.sorted())")
    #expect(kills.values.reduce(0, +) >= Self.rounds * Self.killsPerRound / 2)
  }

  @Test func `stop ends what a server left that was killed`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try Self.lay(factory)
    try Self.runToEnd(
      factory, begun: try factory.start(["run", "workflow.yaml", "--output", "json"]))
    let servers = factory.processes(holding: Victim.server.rawValue)
    #expect(servers.count == 1)
    for pid in servers { Foundation.kill(pid, SIGKILL) }
    #expect(!factory.processes(holding: Victim.gateway.rawValue).isEmpty)
    #expect(!factory.processes(holding: Victim.worker.rawValue).isEmpty)
    let stopped = try factory("stop")
    #expect(stopped.status == 0)
    #expect(!stopped.errors.contains("Started"), "\(stopped.errors)")
    #expect(Self.isEmpty(factory), "\(factory.commandLines())")
    #expect(try factory("stop", "--output", "json").json["stopped"] as? Bool == false)
  }

  private static func lay(_ factory: FactoryProgram) throws {
    try factory.write("houses.csv", SampleTables.houses(rows: 400))
    try factory.write("workflow.yaml", SampleTables.workflow())
    try factory.write("row.json", #"{"area": 100, "rooms": 3, "city": "Bologna"}"#)
  }

  private static func submit(_ factory: FactoryProgram) throws -> String {
    let answer = try factory(
      "jobs", "submit", "--output", "quiet", "--", "/bin/sleep", "0.3")
    guard answer.status == 0 else { throw ProgramFailed(what: answer.errors) }
    return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Kills one process of a kind that is there at this moment; nil where none is.
  private static func kill(
    in factory: FactoryProgram, _ generator: inout SeededGenerator, _ said: inout [String]
  ) -> Victim? {
    var kinds = Victim.allCases
    let first = generator.next(below: kinds.count)
    kinds = Array(kinds[first...] + kinds[..<first])
    for kind in kinds {
      let processes = factory.processes(holding: kind.rawValue).sorted()
      guard !processes.isEmpty else { continue }
      let pid = processes[generator.next(below: processes.count)]
      Foundation.kill(pid, SIGKILL)
      said.append("\(kind) \(pid)")
      return kind
    }
    return nil
  }

  /// Waits for the command that follows the run; one that could not even submit is repeated.
  private static func runToEnd(
    _ factory: FactoryProgram, begun: FactoryProgram.Running
  ) throws {
    var answer = try begun.end(withinSeconds: 90)
    for _ in 0..<5 where answer.status == 3 {
      answer = try factory.run(["run", "workflow.yaml", "--output", "json"], seconds: 90)
    }
    guard answer.status == 0, answer.json["status"] as? String == "succeeded" else {
      throw ProgramFailed(what: "status \(answer.status): \(answer.output) \(answer.errors)")
    }
  }

  /// What is deployed now, and the identifier of one prediction of it.
  private static func result(
    of factory: FactoryProgram
  ) throws -> (result: Result, prediction: String) {
    let run = try factory("run", "workflow.yaml", "--output", "json")
    guard run.status == 0 else { throw ProgramFailed(what: run.errors) }
    let metrics = try #require(run.json["metrics"] as? [String: [String: Double]])
    let model = try factory("models", "show", "houses", "--version", "1", "--output", "json")
    let answer = try factory("predict", "houses", "row.json", "--output", "json")
    guard model.status == 0, answer.status == 0 else {
      throw ProgramFailed(what: model.errors + answer.errors)
    }
    let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
    let version = try #require(answer.json["model_version"] as? [String: Any])
    #expect(version["version"] as? Int == 1)
    let result = Result(
      package: try #require(model.json["package"] as? String),
      metrics: try #require(metrics["test"]),
      prediction: try #require(predictions[0]["value"] as? Double))
    return (result, try #require(predictions[0]["id"] as? String))
  }

  /// Whether no process of the home is left, some seconds after the last was told to end.
  private static func isEmpty(_ factory: FactoryProgram) -> Bool {
    for _ in 0..<300 {
      if factory.processes().isEmpty { return true }
      usleep(10_000)
    }
    return false
  }
}
