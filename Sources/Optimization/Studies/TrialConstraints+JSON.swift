import Basics
import JobProtocol

extension TrialConstraints {
  /// Reads what a program says of constraints.
  ///
  /// - Parameter count: how many other trials of the study have; nil where this is the first.
  static func read(
    _ json: JSONValue, asMany count: Int?
  ) throws(OptimizationError) -> [Double]? {
    func wrong(_ message: String) -> OptimizationError {
      OptimizationError(
        code: .invalidQuestion, message: message,
        hint: "tell a finite number for each, 0 or less where it is kept, such as "
          + "latency_ms - 50 for a latency of at most 50 ms")
    }
    let document: JSONValue = json.isNull ? [] : json
    guard let list = document.arrayValue else { throw wrong("constraints are a list of numbers") }
    let values = list.compactMap(\.numberValue)
    guard values.count == list.count, values.allSatisfy(\.isFinite) else {
      throw wrong("a constraint is no finite number")
    }
    guard values.count <= most else { throw wrong("a trial has at most \(most) constraints") }
    if let count, values.count != count {
      throw wrong(
        "other trials of this study tell of \(count) constraint\(count == 1 ? "" : "s"), this one of "
          + (values.isEmpty ? "none" : "\(values.count)"))
    }
    return values.isEmpty ? nil : values
  }
}
