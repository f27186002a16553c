internal import Basics
internal import Experimentation
internal import Training

/// What a stage's run is to hold, out of the stage's ingredients and its output.
struct StageRecord {
  var stage: StageRun
  var run: WorkflowRun
  var nowMs: Int64

  /// The parameters among the ingredients.
  var params: [String: String] {
    let parameters = stage.ingredients?.ingredients.filter { $0.kind == .parameter } ?? []
    return [String: String](
      parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Facts in words: identifiers of what was made, and how the gates came out.
  var tags: [String: String] {
    switch stage.output {
    case .data(let output): ["aifactory.dataset_version": output.datasetVersion]
    case .train(let output):
      ["aifactory.study": output.study, "aifactory.best_trial": "\(output.result.bestTrial)"]
    case .command(let output): Self.tags(output)
    case .evaluate(let output): Self.tags(output.result.gates)
    case .register(let output): ["aifactory.model_version": "\(output.model) \(output.version)"]
    case .deploy(let output): ["aifactory.endpoint": output.endpoint]
    case .shard, nil: [:]
    }
  }

  /// The numbers by which workflow runs are compared.
  var points: [MetricPoint] {
    switch stage.output {
    case .data(let output): [point("rows", Double(output.rowCount))]
    case .train(let output):
      output.result.validation.map { point("validation_\($0.key)", $0.value) }
    case .command(let output):
      output.bestValue.map { [point(output.metric ?? "", $0)] } ?? []
    case .evaluate(let output):
      output.result.metrics.map { point("test_\($0.key)", $0.value.value) }
        + [point("gates_failed", Double(output.result.gates.count { !$0.passed }))]
    case .shard, .register, .deploy, nil: []
    }
  }

  /// Further numbers, for the stage's own run.
  var details: [MetricPoint] {
    switch stage.output {
    case .data(let output):
      return output.splitRowCounts.map { point("rows_\($0.key)", Double($0.value)) }
    case .evaluate(let output):
      let result = output.result
      return result.metrics.flatMap {
        [
          point("test_\($0.key)_low", $0.value.low), point("test_\($0.key)_high", $0.value.high),
        ]
      }
        + result.linearBaseline.map { point("linear_\($0.key)", $0.value.value) }
        + result.trivialBaseline.map { point("trivial_\($0.key)", $0.value.value) }
        + result.gates.compactMap { gate in
          gate.value.map { point("gate/\(Self.name(gate.gate))", $0) }
        }
    case .shard, .train, .command, .register, .deploy, nil: return []
    }
  }

  /// The dataset versions that the stage read.
  func inputs(in db: LedgerTransaction) throws -> [RunInput] {
    guard let dataset = run.dataset else { return [] }
    let input = DatasetInput(dataset: dataset, name: run.name, baseFolder: run.baseFolder)
    switch stage.name {
    case .train: return [try input.input("training", in: db)]
    case .evaluate: return [try input.input("test", in: db)]
    case .data, .register, .deploy: return []
    }
  }

  private func point(_ key: String, _ value: Double) -> MetricPoint {
    MetricPoint(key: RunText.key(key), value: value, step: 0, timestampMs: nowMs)
  }

  private static func tags(_ output: StageOutput.CommandOutput) -> [String: String] {
    var tags = ["aifactory.best_run": output.bestRun]
    tags["aifactory.study"] = output.study
    tags["aifactory.best_trial"] = output.bestTrial.map { "\($0)" }
    return tags
  }

  private static func tags(_ gates: [GateResult]) -> [String: String] {
    guard !gates.isEmpty else { return [:] }
    var tags = ["aifactory.gates": gates.allSatisfy(\.passed) ? "passed" : "failed"]
    for gate in gates {
      tags["aifactory.gate.\(name(gate.gate))"] =
        gate.passed
        ? "passed: \(gate.value.map(GateWords.number) ?? "")" : GateWords.sentence(gate)
    }
    return tags
  }

  private static func name(_ gate: Gate) -> String {
    gate.slice.map { "\(gate.metric) by \($0)" } ?? gate.metric
  }
}
