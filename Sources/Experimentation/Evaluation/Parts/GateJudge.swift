import DataPipelines

/// Decides whether gates hold.
///
/// What cannot be measured does not hold: a gate guards a deployment.
enum GateJudge {
  /// Refuses gates whose metric does not exist or does not fit the task.
  static func check(_ gates: [Gate], task: LearningTask) throws {
    for gate in gates {
      let fitting = MetricName.all(for: task).map(\.rawValue)
      guard fitting.contains(gate.metric) else {
        throw ExperimentationError(
          .gateInvalid, "A gate names the metric \(gate.metric), which \(task.rawValue) lacks.",
          hint: "Metrics of \(task.rawValue): \(fitting.joined(separator: ", ")).")
      }
      guard gate.atMost != nil || gate.atLeast != nil || (gate.slice != nil && gate.maxGap != nil)
      else {
        throw ExperimentationError(
          .gateInvalid, "A gate on \(gate.metric) has no limit.",
          hint: "Give it at_most, at_least, or slice with max_gap.")
      }
    }
  }

  /// Judges gates by the metrics of the whole test split and of its slices.
  static func judge(
    _ gates: [Gate], metrics: [String: MeasuredMetric], slices: [SliceReport]
  ) -> [GateResult] {
    gates.map { gate in
      guard let column = gate.slice else {
        return result(of: gate, value: metrics[gate.metric]?.value)
      }
      guard let report = slices.first(where: { $0.column == column }),
        let name = MetricName(rawValue: gate.metric),
        let worst = report.worstGroup(by: name), let value = worst.metrics[gate.metric],
        let whole = metrics[gate.metric]?.value
      else { return unmeasured(gate) }
      guard let limit = gate.maxGap else {
        return result(of: gate, value: value, worstSlice: worst.label)
      }
      let gap = name.goal == .minimize ? value - whole : whole - value
      return GateResult(
        gate: gate, limit: limit, value: gap, passed: gap <= limit, worstSlice: worst.label)
    }
  }

  private static func result(
    of gate: Gate, value: Double?, worstSlice: String? = nil
  ) -> GateResult {
    guard let value, value.isFinite else { return unmeasured(gate) }
    if let limit = gate.atLeast, !(value >= limit) {
      return GateResult(
        gate: gate, limit: limit, value: value, passed: false, worstSlice: worstSlice)
    }
    if let limit = gate.atMost {
      return GateResult(
        gate: gate, limit: limit, value: value, passed: value <= limit, worstSlice: worstSlice)
    }
    return GateResult(
      gate: gate, limit: gate.atLeast ?? 0, value: value, passed: true, worstSlice: worstSlice)
  }

  private static func unmeasured(_ gate: Gate) -> GateResult {
    GateResult(
      gate: gate, limit: gate.maxGap ?? gate.atMost ?? gate.atLeast ?? 0, value: nil,
      passed: false)
  }
}
