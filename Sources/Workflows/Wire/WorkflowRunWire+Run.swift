public import API
internal import Basics
internal import DataPipelines
internal import Experimentation
internal import Training

extension WorkflowRunWire {
  /// The wire form of a run, without the progress of its running stage.
  ///
  /// - Parameters:
  ///   - serverUrl: address of the server, for the report.
  ///   - gatewayUrl: address at which endpoints answer.
  public init(_ run: WorkflowRun, serverUrl: String, gatewayUrl: String, nowMs: Int64) {
    self.init(
      workflowRun: run.id.rawValue, name: run.name, status: run.status.rawValue,
      createdAtMs: run.createdAtMs, stages: run.stages.map { Stage($0, nowMs: nowMs) })
    datasetVersion = run.dataset?.datasetVersion
    self.run = run.training?.run ?? run.command?.run
    study = run.training?.study ?? run.command?.study
    bestRun = run.command?.bestRun
    modelVersion = run.registration.map { ModelVersion(name: $0.model, version: $0.version) }
    endpoint = run.deployment.map {
      Endpoint(name: $0.endpoint, url: "\(gatewayUrl)/endpoints/\($0.endpoint)")
    }
    if let training = run.training {
      metrics["validation"] = training.result.validation
    }
    if let command = run.command, let metric = command.metric, let value = command.bestValue {
      let several = command.objectives
      let best = several?.frontier.first { $0.trial == command.bestTrial }
      metrics["validation"] =
        best.map { Dictionary(zip(several?.metrics ?? [], $0.values)) { one, _ in one } }
        ?? [metric: value]
    }
    if let evaluation = run.evaluation {
      metrics["test"] = evaluation.result.metrics.mapValues(\.value)
      metrics["test_linear"] = evaluation.result.linearBaseline.mapValues(\.value)
      metrics["test_trivial"] = evaluation.result.trivialBaseline.mapValues(\.value)
      gates = evaluation.result.gates.map(Gate.init)
      report = "\(serverUrl)/reports/\(run.id)"
    }
    error = run.failure.map(ErrorWire.Body.init)
  }
}

extension WorkflowRunWire.Stage {
  init(_ stage: StageRun, nowMs: Int64) {
    let seconds = stage.startedAtMs.map { Double((stage.endedAtMs ?? nowMs) - $0) / 1_000 }
    self.init(
      name: stage.name.rawValue, status: stage.status.rawValue, reused: stage.isReused,
      seconds: seconds, job: stage.output?.job ?? stage.jobs.last?.job,
      error: stage.failure.map(ErrorWire.Body.init))
  }
}

extension WorkflowRunWire.Gate {
  init(_ result: GateResult) {
    let gate = result.gate
    self.init(
      metric: gate.metric, slice: gate.slice,
      kind: gate.slice != nil ? "max_gap" : gate.atLeast != nil ? "at_least" : "at_most",
      limit: result.limit, value: result.value, passed: result.passed)
  }
}

extension ErrorWire.Body {
  init(_ failure: StageFailure) {
    self.init(code: failure.code, message: failure.message, hint: failure.hint)
  }
}

extension StageOutput {
  /// The job that made it; stages without a job of their own have none.
  var job: String? {
    switch self {
    case .data(let output): output.job
    case .shard(let output): output.job
    case .train(let output): output.job
    case .command(let output): output.job
    case .evaluate(let output): output.job
    case .register, .deploy: nil
    }
  }
}
