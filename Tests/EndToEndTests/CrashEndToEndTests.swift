import Basics
import Foundation
import Testing

/// Processes are killed at random moments of a workflow; the result is the one of an undisturbed run.
@Suite(.timeLimit(.minutes(30)))
struct CrashEndToEndTests {
  /// Moments at which something is killed; more with `AIFACTORY_KILLS`.
  static var kills: Int { Int(ProcessInfo.processInfo.environment["AIFACTORY_KILLS"] ?? "") ?? 12 }

  @Test func `a workflow whose processes are killed ends with the same model`() throws {
    let calm = try FactoryProgram()
    defer { calm.close() }
    let expected = try Self.result(of: calm, seed: 0)

    var generator = SeededGenerator(seed: 42)
    for number in 0..<Self.kills {
      let factory = try FactoryProgram()
      defer { factory.close() }
      try factory.write("houses.csv", SampleTables.houses(rows: 400))
      try factory.write("workflow.yaml", SampleTables.workflow())
      let victims = [" serve", " gateway", "aifactory-agent", " worker "]
      let victim = victims[number % victims.count]
      let moment = generator.nextUnit() * 3

      let run = try factory.start(["run", "workflow.yaml", "--output", "json"])
      let deadline = Date(timeIntervalSinceNow: moment)
      while Date() < deadline, run.process.isRunning { usleep(5_000) }
      for pid in factory.processes(holding: victim) { kill(pid, SIGKILL) }
      run.process.waitUntilExit()

      let actual = try Self.result(of: factory, seed: number)
      #expect(actual == expected, "killed\(victim) after \(moment) s")
    }
  }

  @Test func `nothing runs on after stop`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 200))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2))
    #expect(try factory("run", "workflow.yaml").status == 0)
    #expect(!factory.processes().isEmpty)
    #expect(try factory("stop").status == 0)
    #expect(factory.processes().isEmpty)
  }

  /// Brings the workflow to its end and tells what is deployed: test metrics and one prediction.
  private static func result(of factory: FactoryProgram, seed: Int) throws -> [String: Double] {
    try factory.write("houses.csv", SampleTables.houses(rows: 400))
    try factory.write("workflow.yaml", SampleTables.workflow())
    let answer = try factory("run", "workflow.yaml", "--output", "json")
    guard answer.status == 0 else {
      throw ProgramFailed(what: answer.errors)
    }
    let metrics = try #require(answer.json["metrics"] as? [String: [String: Double]])
    var result = try #require(metrics["test"])
    try factory.write("row.json", #"{"area": 100, "rooms": 3, "city": "Bologna"}"#)
    let predicted = try factory("predict", "houses", "row.json", "--output", "json")
    guard predicted.status == 0 else { throw ProgramFailed(what: predicted.errors) }
    let predictions = try #require(predicted.json["predictions"] as? [[String: Any]])
    result["prediction"] = try #require(predictions[0]["value"] as? Double)
    return result
  }
}

/// A command that should have succeeded did not.
struct ProgramFailed: Error, CustomStringConvertible {
  var what: String
  var description: String { what }
}
