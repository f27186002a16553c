import API
import Foundation
import Testing

@testable import FactoryCLI

@Suite struct WorkflowProgressTests {
  private func run(_ stages: [WorkflowRunWire.Stage]) -> WorkflowRunWire {
    WorkflowRunWire(
      workflowRun: "wr_1", name: "w", status: "running", createdAtMs: 0, stages: stages)
  }

  private func training() -> WorkflowRunWire.Stage {
    var stage = WorkflowRunWire.Stage(
      name: "train", status: "running", reused: false, seconds: 12.3, job: nil)
    var progress = WorkflowRunWire.Progress(phase: "search", share: 0.3, message: "trial 12")
    progress.trials = 12
    progress.trialLimit = 40
    progress.bestValue = 0.66284
    progress.trialsPerSecond = 0.98
    progress.secondsLeft = 28.4
    stage.progress = progress
    return stage
  }

  private let data = WorkflowRunWire.Stage(
    name: "data", status: "succeeded", reused: true, seconds: 0, job: nil)

  @Test func `a pipe gets plain lines, each state once`() {
    var progress = WorkflowProgress(terminal: .pipe, isShown: true)
    let start = Date(timeIntervalSince1970: 0)
    let first = progress.update(run([data, training()]), now: start)
    #expect(
      first == """
        data: succeeded reused · unchanged, taken over
        train: running · 12 s  trial 12 of 40  best 0.6628  1.0 trials/s  28 s left

        """)
    #expect(progress.update(run([data, training()]), now: start) == "")
    #expect(!first.contains("\u{1B}"))
  }

  @Test func `a terminal is drawn over`() {
    let terminal = Terminal(isInteractive: true, hasColor: false, width: 80)
    var progress = WorkflowProgress(terminal: terminal, isShown: true)
    let pending = WorkflowRunWire.Stage(
      name: "evaluate", status: "pending", reused: false, seconds: nil, job: nil)
    #expect(!progress.update(run([data, pending])).contains("\u{1B}[2A"))
    let second = progress.update(run([data, training()]))
    #expect(second.hasPrefix("\u{1B}[2A"))
    #expect(second.split(separator: "\n").allSatisfy { $0.count < 90 })
  }

  @Test func `JSON and quiet output get no progress`() {
    var progress = WorkflowProgress(terminal: .pipe, isShown: false)
    #expect(progress.update(run([data])) == "")
  }

  @Test func `a run that failed ends with code 1 in its own words`() {
    var failed = run([data])
    failed.status = "failed"
    failed.error = ErrorWire.Body(code: "gate_failed", message: "rmse is 0.9.", hint: "Look.")
    let error = #expect(throws: WorkFailure.self) {
      try WorkflowSummary(run: failed).show(on: Output(mode: .table, terminal: .pipe))
    }
    let told = error.map { ToldError($0) }
    #expect(told?.exitStatus == .workFailed)
    #expect(told?.code == "gate_failed")
    #expect(throws: ExitStatus.workFailed) {
      try WorkflowSummary(run: failed).show(on: Output(mode: .json, terminal: .pipe))
    }
  }
}
