import Basics
import Compute
import Foundation
import JobProtocol
import Logging
import Optimization
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// Searches whose trials go to their site as arrays.
@Suite(.timeLimit(.minutes(2))) struct CommandArrayTests {
  private static func file(_ search: String) -> String {
    """
    name: w
    train:
      command: train --x {x} --n={trial}
      search: {parameters: {x: {uniform: [0, 4]}}, metric: loss, array: true, \(search)}

    """
  }

  private static func loss(_ spec: JobSpec) -> Double { abs((Double(spec.command[2]) ?? .nan) - 1) }

  /// The arrays of the jobs that were submitted, in their order.
  private func arrays(_ factory: ScriptedFactory) async -> [[JobArrayPlace]] {
    var arrays: [[JobArrayPlace]] = []
    for place in await factory.jobs.specs.compactMap(\.array) {
      if arrays.last?.first?.array == place.array {
        arrays[arrays.count - 1].append(place)
      } else {
        arrays.append([place])
      }
    }
    return arrays
  }

  @Test func `trials that are chosen together go together`() async throws {
    let factory = try ScriptedFactory { spec, _ in .logs(Self.loss(spec)) }
    let run = try await factory.run(Self.file("trials: 10, parallel: 4"))
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    #expect(output.completedTrials == 10)
    let arrays = await arrays(factory)
    #expect(arrays.map { $0.map(\.index) } == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1]])
    #expect(arrays.joined().allSatisfy { $0.atMost == nil })
    let specs = await factory.jobs.specs
    #expect(specs.map { $0.command.last } == (0..<10).map { "--n=\($0)" })
    #expect(output.bestValue == specs.map(Self.loss).min())
    #expect(
      specs.allSatisfy { spec in
        spec.environment.contains { $0.name == "AIFACTORY_ARRAY_INDEX" }
          && spec.environment.contains { $0.name == "AIFACTORY_TRIAL" }
      })
  }

  @Test(arguments: ["random", "sobol", "grid"])
  func `points that depend on no results are one array, of which some run at once`(
    sampler: String
  ) async throws {
    let factory = try ScriptedFactory { spec, _ in .logs(Self.loss(spec)) }
    let run = try await factory.run(
      Self.file("trials: 40, parallel: 3, sampler: \(sampler)"))
    #expect(run.command?.completedTrials == 40)
    let arrays = await arrays(factory)
    #expect(arrays.map(\.count) == [40])
    #expect(arrays.joined().allSatisfy { $0.atMost == 3 })
  }

  @Test func `what ends in any order makes the same search`() async throws {
    var points: [[String]] = []
    for turn in 0..<2 {
      let factory = try ScriptedFactory { spec, attempt in
        // In one of them every third trial is killed once, and so ends after the others.
        let number = Int(spec.command.last?.dropFirst(4) ?? "") ?? 0
        return turn == 1 && attempt == 1 && number.isMultiple(of: 3)
          ? .dies : .logs(Self.loss(spec))
      }
      let run = try await factory.run(Self.file("trials: 30, parallel: 6"))
      #expect(run.command?.completedTrials == 30)
      points.append(await factory.jobs.specs.map { $0.command[2] })
    }
    #expect(points[0] == points[1])
  }

  @Test func `a drive that begins again finds its array`() async throws {
    let factory = try ScriptedFactory { spec, _ in
      spec.command.last == "--n=1" ? .follows([]) : .logs(1)
    }
    let id = try await factory.submit(Self.file("trials: 5, parallel: 3"))
    let run = try await factory.runTwice(id) {}
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(run.command?.completedTrials == 4 && run.command?.failedTrials == 1)
    #expect(await factory.jobs.specs.count == 5, "nothing was submitted twice")
    #expect(await arrays(factory).map(\.count) == [3, 2])
  }

  @Test func `canceling ends the jobs of the whole array`() async throws {
    let factory = try ScriptedFactory { _, _ in .follows([]) }
    let id = try await factory.submit(Self.file("trials: 9, parallel: 9"))
    let parts = factory.parts
    let drive = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    while await factory.jobs.running < 9 { try await Task.sleep(for: .milliseconds(5)) }
    _ = try await WorkflowRunner(parts: parts).cancel(id)
    try await drive.value
    #expect(try await parts.store.run(id).status == .canceled)
    #expect(await factory.jobs.running == 0)
  }

  @Test func `no array begins after the time of the search`() async throws {
    // A clock of its own, on which every trial takes 0.1 s.
    let trials = Mutex<Int64>(0)
    let began = systemTimeMs()
    let factory = try ScriptedFactory(nowMs: { began + trials.withLock { $0 } * 100 }) { spec, _ in
      trials.withLock { $0 += 1 }
      return .logs(Self.loss(spec))
    }
    let run = try await factory.run(Self.file("time: 1s, parallel: 4, sampler: random"))
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(await arrays(factory).map(\.count) == [4, 4, 4])
  }
}
