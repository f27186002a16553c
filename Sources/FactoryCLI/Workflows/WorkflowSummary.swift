internal import API
internal import Foundation

/// What a run came to, for people and programs; a run that failed ends the program with code 1.
struct WorkflowSummary {
  let run: WorkflowRunWire

  /// Shows the result, then says by the exit code whether it is one.
  func show(on output: Output) throws {
    try output.show(run, text: text(output.terminal), quiet: [run.workflowRun])
    guard run.isFinal, run.status != "succeeded" else { return }
    guard output.mode == .table, let error = run.error else { throw ExitStatus.workFailed }
    throw WorkFailure(error)
  }

  /// The result in lines for people.
  func text(_ terminal: Terminal) -> String {
    var lines: [(String, TextTable.Cell)] = [
      ("workflow run", .init(run.workflowRun)), ("status", .status(run.status)),
    ]
    if let dataset = run.datasetVersion { lines.append(("dataset", .init(dataset))) }
    for (name, metrics) in run.metrics.sorted(by: { order($0.key) < order($1.key) }) {
      lines.append((name.replacing("_", with: " "), .init(Self.words(metrics))))
    }
    for gate in run.gates {
      let words = Self.words(gate)
      lines.append(("gate", .init(words, color: gate.passed ? .good : .bad)))
    }
    if let best = run.bestRun {
      if let study = run.study { lines.append(("study", .init(study))) }
      lines.append((run.study == nil ? "run" : "best run", .init(best)))
    }
    if let version = run.modelVersion {
      lines.append(("model", .init("\(version.name)@\(version.version)")))
    }
    if let endpoint = run.endpoint { lines.append(("endpoint", .init(endpoint.url))) }
    if let report = run.report { lines.append(("report", .init(report))) }
    var text = "\n" + TextTable.properties(lines).rendered(on: terminal)
    if run.status == "succeeded", let endpoint = run.endpoint {
      text +=
        "\nTry next:\n  aifactory predict \(endpoint.name) ROWS.csv\n"
        + "  aifactory explain PREDICTION-ID\n  aifactory env --link\n"
    }
    return text
  }

  private func order(_ name: String) -> Int {
    ["validation", "test", "test_linear", "test_trivial"].firstIndex(of: name) ?? 9
  }

  /// The metrics that people look at first; `--output json` has all.
  static func words(_ metrics: [String: Double]) -> String {
    let first = ["rmse", "mae", "r2", "auc", "log_loss", "accuracy", "f1"]
    let names = first.filter { metrics[$0] != nil }
    return (names.isEmpty ? metrics.keys.sorted() : names)
      .map { "\($0) \(String(format: "%.4g", metrics[$0] ?? .nan))" }.joined(separator: "  ")
  }

  static func words(_ gate: WorkflowRunWire.Gate) -> String {
    let value = gate.value.map { String(format: "%.4g", $0) } ?? "not measured"
    let what = gate.slice.map { "gap of \(gate.metric) by \($0)" } ?? gate.metric
    let bound = gate.kind == "at_least" ? "at least" : "at most"
    let mark = gate.passed ? "passed" : "failed"
    return "\(mark): \(what) \(value), \(bound) \(String(format: "%.4g", gate.limit))"
  }
}

/// A run that failed as a result, in the words of its own.
struct WorkFailure: Error {
  var body: ErrorWire.Body

  init(_ body: ErrorWire.Body) { self.body = body }
}
