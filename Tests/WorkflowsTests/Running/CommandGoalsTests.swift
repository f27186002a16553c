import API
import Basics
@testable import Compute
import Experimentation
import JobProtocol
import Optimization
import TestSupport
import Testing

@testable import Workflows

/// Searches of a command for several goals.
@Suite(.timeLimit(.minutes(2))) struct CommandGoalsTests {
  private static let file = """
    name: w
    train:
      command: train --x {x}
      search:
        parameters: {x: {uniform: [0, 4]}}
        goals: {loss: minimize, size: maximize}
        read: {file: m.json}
        trials: 12
        parallel: 1

    """

  @Test func `a search for several goals ends with the trials that no other beats`() async throws {
    // What is better in one goal is worse in the other, but for the trials beyond 2.
    let factory = try ScriptedFactory { spec, _ in
      let x = Double(spec.command[2]) ?? .nan
      return .writes("m.json", #"{"loss": \#(abs(x - 2)), "size": \#(-x)}"#)
    }
    let run = try await factory.run(Self.file)
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    let several = try #require(output.objectives)
    #expect(several.metrics == ["loss", "size"] && several.goals == ["minimize", "maximize"])
    let values = await factory.jobs.specs.map { spec in
      let x = Double(spec.command[2]) ?? .nan
      return [abs(x - 2), -x]
    }
    let expected = values.indices.filter { one in
      !values.contains { other in
        other[0] <= values[one][0] && other[1] >= values[one][1] && other != values[one]
      }
    }
    #expect(several.frontier.map(\.trial) == expected)
    #expect(several.frontier.map(\.values) == expected.map { values[$0] })
    // The first goal decides which run is the best, and both are in each trial's run.
    let best = try #require(values.indices.min { values[$0][0] < values[$1][0] })
    #expect(output.bestTrial == best && output.bestValue == values[best][0])
    let child = try await factory.children(of: run)[best]
    #expect(Set(child.metrics.map(\.key)) == ["loss", "size"])
    let wire = WorkflowRunWire(run, serverUrl: "", gatewayUrl: "", nowMs: 0)
    #expect(wire.metrics["validation"] == ["loss": values[best][0], "size": values[best][1]])
  }

  private static let limited = """
    name: w
    train:
      command: train --x {x}
      search:
        parameters: {x: {uniform: [0, 4]}}
        metric: loss
        limits: {size: {most: 2}, seconds: {most: 100}}
        read: {file: m.json}
        trials: 16
        parallel: 1

    """

  @Test func `the best trial keeps the limits of what is measured`() async throws {
    let factory = try ScriptedFactory { spec, _ in
      let x = Double(spec.command[2]) ?? .nan
      return .writes("m.json", #"{"loss": \#(-x), "size": \#(x)}"#)
    }
    let run = try await factory.run(Self.limited)
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    let values = await factory.jobs.specs.compactMap { Double($0.command[2]) }
    #expect(values.contains { $0 > 2 })
    let best = try #require(
      values.indices.filter { values[$0] <= 2 }.max { values[$0] < values[$1] })
    #expect(output.bestTrial == best && output.bestValue == -values[best])
    let child = try await factory.children(of: run)[best]
    #expect(Set(child.metrics.map(\.key)) == ["loss", "size", "seconds"])
  }

  @Test func `what is endless breaks its limit, and ends no search`() async throws {
    let factory = try ScriptedFactory { spec, _ in
      let x = Double(spec.command[2]) ?? .nan
      let size = x > 2 ? "Infinity" : "-Infinity"
      return .writes("m.json", #"{"loss": \#(x), "size": \#(size)}"#)
    }
    let run = try await factory.run(Self.limited)
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let values = await factory.jobs.specs.compactMap { Double($0.command[2]) }
    #expect(values.count == 16 && run.command?.bestValue == values.filter { $0 <= 2 }.min())
  }

  @Test func `a search whose trials all break a limit fails and says so`() async throws {
    let factory = try ScriptedFactory { _, _ in .writes("m.json", #"{"loss": 1, "size": 3}"#) }
    let run = try await factory.run(Self.limited)
    #expect(
      run.failure?.message
        == "All 16 trials that completed broke their limits, size <= 2.0, seconds <= 100.0.")
  }

  @Test func `a trial that lacks one of its metrics fails and says which`() async throws {
    let factory = try ScriptedFactory { _, _ in .writes("m.json", #"{"loss": 1}"#) }
    let run = try await factory.run(Self.file)
    let message = try #require(run.failure?.message)
    #expect(message.hasSuffix("the file 'm.json' is no JSON with a number 'size'"), "\(message)")
    // A number alone cannot be two.
    let alone = try ScriptedFactory { _, _ in .writes("m.json", "1") }
    #expect(try await alone.run(Self.file).status == .failed)
  }

  private static func job(gpus: Int = 0, ms: Int64, cpuMs: Int64) -> Job {
    var usage = JobUsage()
    usage.cpuMs = cpuMs
    return Job(
      id: .derived(from: "job"), project: "default",
      spec: JobSpec(name: "t", command: ["t"], resources: JobResources(gpus: gpus)), state: .ended,
      reason: .succeeded, message: nil, attempt: 1, exitCode: 0, signal: nil, progress: nil,
      usage: usage, createdAtMs: 0, startedAtMs: 1_000, endedAtMs: 1_000 + ms, folder: "/",
      revision: 0)
  }

  @Test func `a trial costs seconds, GPU hours or joules of its job`() {
    let job = Self.job(gpus: 2, ms: 1_800_000, cpuMs: 60_000)
    func cost(
      _ cost: CommandSearch.Cost, _ points: [MetricPoint] = [], tags: [String: String] = [:]
    ) -> Double {
      TrialValue.cost(cost, of: job, metrics: points, tags: tags)
    }
    #expect(cost(.seconds) == 1_800)
    #expect(cost(.gpuHours) == 1)
    // Without a counter 10 W for each second of a busy core.
    #expect(cost(.joules) == 600)
    let half = MetricPoint(
      key: SystemMetrics.energyKey, value: 900, step: 900, timestampMs: 901_000)
    #expect(cost(.joules, [half]) == 600)
    // The counter was read after half of the time.
    #expect(cost(.joules, [half], tags: [RunTagKey.energyMethod: "counter: RAPL"]) == 1_800)
  }
}
