internal import Experimentation
internal import Foundation

/// What a gate said, in words.
enum GateWords {
  /// Why the gates stop the run, by how much each; nil when all hold.
  static func failure(_ gates: [GateResult]) -> StageFailure? {
    let failed = gates.filter { !$0.passed }
    guard !failed.isEmpty else { return nil }
    return StageFailure(
      code: "gate_failed",
      message: failed.map(sentence).joined(separator: " "),
      hint: "Nothing was registered or deployed. Look at the report, then improve the data or the "
        + "search, or change the gate if its limit was a guess.")
  }

  /// One gate that does not hold, and by how much.
  static func sentence(_ result: GateResult) -> String {
    let gate = result.gate
    guard let value = result.value else {
      return gate.slice.map { "\(gate.metric) could not be measured by \($0)." }
        ?? "\(gate.metric) could not be measured on the test rows: they hold one class alone, "
        + "or too few rows."
    }
    let distance = number(abs(value - result.limit))
    if let slice = gate.slice {
      let worst = result.worstSlice.map { " (worst: \($0))" } ?? ""
      return "The gap of \(gate.metric) between slices of \(slice) is \(number(value))\(worst); "
        + "the gate allows \(number(result.limit)), \(distance) less."
    }
    return gate.atLeast == nil
      ? "\(gate.metric) is \(number(value)) on the test rows; the gate allows at most "
        + "\(number(result.limit)), \(distance) less."
      : "\(gate.metric) is \(number(value)) on the test rows; the gate wants at least "
        + "\(number(result.limit)), \(distance) more."
  }

  /// Four significant digits.
  static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
