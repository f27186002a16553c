import Basics
import Compute
import Experimentation
import JobProtocol
import Optimization
import TestSupport
import Testing

@testable import Workflows

/// Searches whose points are measured several times.
@Suite(.timeLimit(.minutes(2))) struct CommandRepeatsTests {
  private static func file(_ search: String) -> String {
    """
    name: w
    train:
      command: train --x {x} --r={repeat}
      search: {parameters: {x: {uniform: [0, 4]}}, metric: loss, parallel: 1, sampler: sobol, \(search)}

    """
  }

  private static func x(_ spec: JobSpec) -> Double { Double(spec.command[2]) ?? .nan }
  private static func repetition(_ spec: JobSpec) -> Double {
    spec.command.last.flatMap { Double($0.dropFirst(4)) } ?? .nan
  }

  @Test func `each point is measured several times, and the mean is its value`() async throws {
    // Noise that hides all differences: nothing is clearly worse.
    let factory = try ScriptedFactory { spec, _ in
      .logs(Self.x(spec) + 1_000 * (Self.repetition(spec) - 1))
    }
    let run = try await factory.run(Self.file("trials: 4, repeats: 3"))
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    #expect(output.completedTrials == 4 && output.prunedTrials == 0)
    let specs = await factory.jobs.specs
    #expect(specs.count == 12)
    #expect(specs.prefix(3).map { $0.command.last } == ["--r=0", "--r=1", "--r=2"])
    #expect(specs[2].environment.contains(EnvironmentVariable("AIFACTORY_REPEAT", "2")))
    let least = try #require(specs.map(Self.x).min())
    #expect(abs((output.bestValue ?? .nan) - least) < 1e-9)
    // The trial's run has mean and error, and the measurements' runs below it.
    let children = try await factory.children(of: run)
    for (number, child) in children.enumerated() {
      let values = Dictionary(uniqueKeysWithValues: child.metrics.map { ($0.key, $0.value) })
      #expect(abs((values["loss"] ?? .nan) - Self.x(specs[3 * number])) < 1e-9)
      #expect(abs((values["loss_standard_error"] ?? .nan) - 1_000 / 3.0.squareRoot()) < 1e-9)
      #expect(child.run.status == .finished)
      let study = try #require(output.study)
      let one = try await factory.ledger.ledger.read { db in
        try RunStore.details(.derived(from: study, "\(number).2"), in: db)
      }
      #expect(one.tags[RunTagKey.parent] == child.run.id.rawValue)
      #expect(one.metrics.map(\.key) == ["loss"])
    }
    #expect(
      output.bestRun
        == RunID.derived(from: output.study ?? "", "\(output.bestTrial ?? -1).0")
        .rawValue)
  }

  @Test func `what is clearly worse than the best is measured no further`() async throws {
    let factory = try ScriptedFactory { spec, _ in
      .logs((Self.x(spec) - 1) * (Self.x(spec) - 1) + 1e-6 * Self.repetition(spec))
    }
    let run = try await factory.run(Self.file("trials: 6, repeats: 4"))
    let output = try #require(run.command)
    let specs = await factory.jobs.specs
    // Without much noise two measurements tell.
    var (best, expected) = (Double.infinity, 0)
    for x in specs.filter({ $0.command.last == "--r=0" }).map(Self.x) {
      let value = (x - 1) * (x - 1)
      expected += value < best ? 4 : 2
      best = min(best, value)
    }
    #expect(specs.count == expected)
    #expect(output.prunedTrials > 0 && output.completedTrials + output.prunedTrials == 6)
    let pruned = try await factory.children(of: run).filter { $0.tags[RunTagKey.reason] != nil }
    #expect(pruned.count == output.prunedTrials)
    #expect(pruned.allSatisfy { $0.run.status == .finished })
  }

  @Test func `a measurement that fails fails its trial`() async throws {
    let factory = try ScriptedFactory { spec, _ in
      Self.repetition(spec) == 1 && Self.x(spec) > 2 ? .fails(3, "no") : .logs(Self.x(spec))
    }
    let run = try await factory.run(Self.file("trials: 4, repeats: 2"))
    let output = try #require(run.command)
    #expect(output.failedTrials > 0 && output.failedTrials + output.completedTrials == 4)
  }
}
