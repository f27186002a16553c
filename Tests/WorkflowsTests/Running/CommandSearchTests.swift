import Basics
import Compute
import DataPipelines
import Experimentation
import Foundation
import JobProtocol
import Logging
import Optimization
import Synchronization
import TestSupport
import Testing

@testable import Workflows

@Suite(.timeLimit(.minutes(2))) struct CommandSearchTests {
  private typealias Factory = ScriptedFactory

  /// Time that passes when it is told to.
  private final class SteppedClock: Sendable {
    private let time = Mutex<Int64>(1_700_000_000_000)

    var nowMs: Int64 { time.withLock { $0 } }

    func advance(ms: Int64) { time.withLock { $0 += ms } }
  }

  private static func file(_ search: String, after: String = "") -> String {
    """
    name: w
    train:
      command: train --x {x} --n={trial}
      resources: {cpus: 1, time: 1m}
      search: {parameters: {x: {uniform: [0, 4]}}, metric: loss, \(search)}
    \(after)

    """
  }

  /// The value of `--x`.
  private static func x(_ spec: JobSpec) -> Double { Double(spec.command[2]) ?? .nan }

  @Test func `trials are jobs with runs of their own, and the best is found`() async throws {
    let factory = try Factory { spec, _ in .logs((Self.x(spec) - 1) * (Self.x(spec) - 1)) }
    let run = try await factory.run(Self.file("trials: 12"))
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    #expect(output.completedTrials == 12 && output.failedTrials == 0)
    let specs = await factory.jobs.specs
    #expect(specs.count == 12)
    #expect(Set(specs.compactMap { $0.command.last }) == Set((0..<12).map { "--n=\($0)" }))
    #expect(await factory.jobs.mostRunning <= 2)
    let best = try #require(specs.map { pow(Self.x($0) - 1, 2) }.min())
    #expect(output.bestValue == best)
    for spec in specs {
      #expect(spec.resources.timeLimitMs == 60_000)
      #expect(spec.workingDirectory == factory.ledger.folder.path)
      #expect(spec.environment.contains(EnvironmentVariable("AIFACTORY_PARAM_x", spec.command[2])))
    }
    let children = try await factory.children(of: run)
    #expect(children.allSatisfy { $0.tags[RunTagKey.parent] == output.run })
    #expect(
      Set(children.compactMap { $0.params["x"] }) == Set(specs.map { $0.command[2] }))
    let own = try #require(RunID(output.run))
    let details = try await factory.ledger.ledger.read { db in try RunStore.details(own, in: db) }
    #expect(details.metrics.first { $0.key == "loss" }?.value == best)
    #expect(details.tags["aifactory.best_run"] == output.bestRun)
  }

  @Test func `one at a time is repeatable`() async throws {
    var points: [[String]] = []
    for _ in 0..<2 {
      let factory = try Factory { spec, _ in .logs(abs(Self.x(spec) - 1)) }
      _ = try await factory.run(Self.file("trials: 15, parallel: 1"))
      points.append(await factory.jobs.specs.map { $0.command[2] })
    }
    #expect(points[0] == points[1])
  }

  @Test func `a failed command is a failed trial with a reason`() async throws {
    let factory = try Factory { spec, _ in
      switch spec.command.last {
      case "--n=0": .fails(3, "Traceback\nValueError: bad x\n")
      case "--n=1": .idles
      default: .logs(.nan)
      }
    }
    let run = try await factory.run(Self.file("trials: 3, parallel: 1"))
    #expect(run.status == .failed)
    #expect(run.failure?.code == "trials_failed")
    let message = try #require(run.failure?.message)
    #expect(message.hasPrefix("All 3 trials failed; the first: "))
    #expect(message.hasSuffix("ended with exit code 3. It said: ValueError: bad x"))
    let some = try Factory { spec, _ in
      switch spec.command.last {
      case "--n=0": .fails(3, "ValueError: bad x")
      case "--n=1": .idles
      case "--n=2": .logs(.nan)
      default: .logs(2)
      }
    }
    let other = try await some.run(Self.file("trials: 4, parallel: 1"))
    #expect(other.status == .succeeded)
    let messages = try await some.children(of: other).map { $0.tags[RunTagKey.message] }
    #expect(messages[1] == "the command logged no metric 'loss' through MLflow")
    #expect(messages[2] == "the last value of 'loss' is no number")
    #expect(messages[3] == nil)
    #expect(other.command?.failedTrials == 3 && other.command?.bestTrial == 3)
  }

  @Test(arguments: [
    ("{file: m.json}", ScriptedCommands.Deed.writes("m.json", #"{"loss": 0.25, "x": 1}"#)),
    ("{file: m.json}", .writes("m.json", "0.25\n")),
    ("{output: 'loss=([0-9.]+)'}", .prints("loss=9\nloss=0.25\n")),
  ])
  func `a metric is read from a file or from the output, and noted in the run`(
    read: String, deed: ScriptedCommands.Deed
  ) async throws {
    let factory = try Factory { _, _ in deed }
    let run = try await factory.run(Self.file("trials: 1, read: \(read)"))
    #expect(run.command?.bestValue == 0.25)
    let trial = try #require(try await factory.children(of: run).first)
    #expect(trial.metrics.map(\.key) == ["loss"] && trial.metrics.map(\.value) == [0.25])
  }

  @Test func `the pruner ends a trial that becomes no better`() async throws {
    // The last one becomes worse and worse, and would run for ever.
    let factory = try Factory { spec, _ in
      spec.command.last == "--n=6" ? .follows((0..<60).map { 90 + Double($0) }) : .logs(1)
    }
    let run = try await factory.run(
      Self.file("trials: 7, parallel: 1, pruner: patience, steps: 40"))
    #expect(run.command?.prunedTrials == 1 && run.command?.completedTrials == 6)
    let last = try #require(try await factory.children(of: run).last)
    #expect(last.tags[RunTagKey.reason] == "pruned")
  }

  @Test func `what was killed from outside is run again`() async throws {
    let factory = try Factory { spec, attempt in
      attempt < 3 && spec.command.last == "--n=0" ? .dies : .logs(1)
    }
    let run = try await factory.run(Self.file("trials: 2"))
    #expect(run.command?.completedTrials == 2)
  }

  @Test func `a drive that begins again finds its trials and their jobs`() async throws {
    let factory = try Factory { spec, _ in spec.command.last == "--n=1" ? .follows([]) : .logs(1) }
    let id = try await factory.submit(Self.file("trials: 3, parallel: 1"))
    let run = try await factory.runTwice(id) {
      let status = try await factory.parts.store.run(id).status
      #expect(status == .running)
    }
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(run.command?.completedTrials == 2 && run.command?.failedTrials == 1)
    #expect(await factory.jobs.specs.count == 3)
  }

  @Test func `canceling ends the jobs of all trials`() async throws {
    let factory = try Factory { _, _ in .follows([]) }
    let id = try await factory.submit(Self.file("trials: 9"))
    let parts = factory.parts
    let drive = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    while await factory.jobs.running < 2 { try await Task.sleep(for: .milliseconds(5)) }
    _ = try await WorkflowRunner(parts: parts).cancel(id)
    try await drive.value
    #expect(try await parts.store.run(id).status == .canceled)
    #expect(await factory.jobs.running == 0)
  }

  @Test func `a search bound by time begins no trial after it`() async throws {
    // Each job takes 300 ms of a clock that nothing else moves.
    let clock = SteppedClock()
    let factory = try Factory(nowMs: { clock.nowMs }) { _, _ in
      clock.advance(ms: 300)
      return .logs(1)
    }
    let run = try await factory.run(Self.file("time: 1s, parallel: 1"))
    #expect(run.status == .succeeded)
    #expect(run.command?.completedTrials == 4)
  }

  @Test func `a model that the best run logged is registered, and no other`() async throws {
    let factory = try Factory { spec, _ in .logs(Self.x(spec)) }
    let register = "register: {model: m}"
    let none = try await factory.run(Self.file("trials: 2", after: register))
    #expect(none.status == .failed && none.failure?.code == "model_missing")
    let modeling = try Factory { spec, _ in .models(Self.x(spec)) }
    let run = try await modeling.run(Self.file("trials: 5", after: register))
    #expect(run.registration == .init(model: "m", version: 1))
    let best = try #require(run.command.flatMap { RunID($0.bestRun) })
    let (draft, source) = try await modeling.ledger.ledger.read { db in
      let draft = try ModelStore.version(1, of: "m", in: db).draft
      return (draft, try LoggedModelStore.model(draft.loggedModel ?? "", in: db).sourceRun)
    }
    #expect(draft.run == best && source == best)
    #expect(draft.source == "models:/\(draft.loggedModel ?? "")")
  }

  @Test func `a command may run once; its run is the stage's`() async throws {
    let factory = try Factory { _, _ in .logs(0.5) }
    let run = try await factory.run("name: w\ntrain:\n  command: train --into {trial_dir}\n")
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let output = try #require(run.command)
    #expect(output.run == output.bestRun && output.study == nil)
    let spec = try #require(await factory.jobs.specs.first)
    #expect(spec.command.last?.hasSuffix("/work") == true)
    #expect(spec.environment.contains(EnvironmentVariable("MLFLOW_RUN_ID", output.run)))
    let failing = try Factory { _, _ in .fails(2, "no") }
    let failed = try await failing.run("name: w\ntrain: {command: train}\n")
    #expect(failed.status == .failed && failed.failure?.code == "job_failed")
  }
}
