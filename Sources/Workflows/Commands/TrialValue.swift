internal import Basics
internal import Compute
internal import Experimentation
internal import Foundation

/// Reads what a trial came to: out of its run, out of a file, or out of its output.
struct TrialValue: Sendable {
  let ledger: Ledger
  let objects: ObjectStore
  let search: CommandSearch

  /// Most bytes of a file that holds a metric.
  private static let fileLimit = 1 << 20

  /// How a trial ended whose command succeeded.
  ///
  /// - Parameter folder: the trial's own.
  func ending(of run: RunID, _ job: Job, folder: String) async throws -> CommandTrial.Ending {
    let details = try await ledger.read { db in try RunStore.details(run, in: db) }
    let measured: [String: Double]
    switch try await self.measured(details, folder: folder) {
    case .success(let values): measured = values
    case .failure(let problem): return .failed(problem.words)
    }
    func value(_ metric: String, _ cost: CommandSearch.Cost?) -> Double {
      guard let cost else { return measured[metric] ?? .nan }
      return Self.cost(cost, of: job, metrics: details.metrics, tags: details.tags)
    }
    return .completed(
      search.objectives.map { value($0.metric, $0.cost) },
      limited: search.limits.map { value($0.metric, $0.cost) })
  }

  /// Why there is no value, in words.
  private struct Problem: Error { var words: String }

  /// The values of what the command measures, by name, none of them NaN.
  private func measured(
    _ details: RunDetails, folder: String
  ) async throws -> Result<[String: Double], Problem> {
    var values: [String: Double] = [:]
    let source = try await reading(details, folder: folder)
    for metric in search.measured {
      switch source(metric) {
      case .success(let (value, what)):
        guard !value.isNaN else { return .failure(Problem(words: "\(what) is no number")) }
        values[metric] = value
      case .failure(let problem): return .failure(problem)
      }
    }
    return .success(values)
  }

  /// A value and what it was.
  private typealias Found = Result<(Double, String), Problem>

  /// How the value of a metric is found.
  private func reading(
    _ details: RunDetails, folder: String
  ) async throws -> (String) -> Found {
    switch search.source {
    case .mlflow: return { Self.logged($0, in: details) }
    case .file(let name):
      // Whatever keeps it from being read, there is no value in it.
      guard let bytes = try? FileTree.read(folder + "/" + name, limit: Self.fileLimit) else {
        return { _ in
          .failure(
            Problem(
              words: "the command left no file \(visible(name)) of at most 1 MiB in {trial_dir}"))
        }
      }
      let isAlone = search.measured.count == 1
      return { metric in
        guard let value = Self.number(in: bytes, metric: metric, mayStandAlone: isAlone) else {
          return .failure(
            Problem(
              words: "the file \(visible(name)) is no " + (isAlone ? "number, and no " : "")
                + "JSON with a number \(visible(metric))"))
        }
        let what = isAlone ? "the value" : visible(metric)
        return .success((value, "\(what) in \(visible(name))"))
      }
    case .output(let pattern):
      let bytes = try await RunLogs(ledger: ledger, objects: objects)
        .output("logs/stdout.log", of: details.run)
      return { _ in
        guard let value = pattern.lastNumber(in: bytes) else {
          return .failure(
            Problem(words: "nothing in the standard output matches \(visible(pattern.text))"))
        }
        return .success((value, "the last match in the output"))
      }
    }
  }

  private static func logged(_ metric: String, in details: RunDetails) -> Found {
    guard let point = details.metrics.first(where: { $0.key == metric }) else {
      let names = details.metrics.map(\.key).filter { !$0.hasPrefix("system/") }
      let advice =
        nearestWord(to: metric, among: names).map { "; did it mean \(visible($0))?" } ?? ""
      return .failure(
        Problem(
          words: "the command logged no metric \(visible(metric)) through MLflow\(advice)"))
    }
    return .success((point.value, "the last value of \(visible(metric))"))
  }

  /// A number alone, or the one that JSON has under the metric's name; dots lead into objects.
  static func number(
    in bytes: [UInt8], metric: String, mayStandAlone: Bool = true
  ) -> Double? {
    let text = String(decoding: bytes, as: UTF8.self)
    // Two numbers are none: "1\n2" is not twelve.
    if mayStandAlone, let value = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) {
      return value
    }
    // What is no JSON has no number, which is all that is asked.
    guard let json = try? JSONValue(parsing: bytes, acceptsPythonNumbers: true) else { return nil }
    if let value = json[metric] { return value.isNull ? .nan : value.numberValue }
    var found: JSONValue? = json
    for part in metric.split(separator: ".") { found = found?[String(part)] }
    return found?.numberValue
  }
}
