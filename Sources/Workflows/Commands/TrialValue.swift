internal import Basics
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
  func ending(of run: RunID, folder: String) async throws -> CommandTrial.Ending {
    let metric = search.metric
    switch search.source {
    case .mlflow:
      let details = try await ledger.read { db in try RunStore.details(run, in: db) }
      guard let point = details.metrics.first(where: { $0.key == metric }) else {
        let names = details.metrics.map(\.key).filter { !$0.hasPrefix("system/") }
        let advice =
          nearestWord(to: metric, among: names).map { "; did it mean \(visible($0))?" } ?? ""
        return .failed("the command logged no metric \(visible(metric)) through MLflow\(advice)")
      }
      return Self.ending(point.value, of: "the last value of \(visible(metric))", isLogged: true)
    case .file(let name):
      // Whatever keeps it from being read, there is no value in it.
      guard let bytes = try? FileTree.read(folder + "/" + name, limit: Self.fileLimit) else {
        return .failed("the command left no file \(visible(name)) of at most 1 MiB in {trial_dir}")
      }
      guard let value = Self.number(in: bytes, metric: metric) else {
        return .failed(
          "the file \(visible(name)) is no number, and no JSON with a number \(visible(metric))")
      }
      return Self.ending(value, of: "the value in \(visible(name))", isLogged: false)
    case .output(let pattern):
      let bytes = try await output("logs/stdout.log", of: run)
      guard let value = pattern.lastNumber(in: bytes) else {
        return .failed("nothing in the output matches \(visible(pattern.text))")
      }
      return Self.ending(value, of: "the last match in the output", isLogged: false)
    }
  }

  /// What the last line says that a command wrote to its standard error; nil where it wrote none.
  func lastWords(of run: RunID) async throws -> String? {
    let bytes = try await output("logs/stderr.log", of: run)
    let lines = String(decoding: bytes.suffix(16_384), as: UTF8.self).split(separator: "\n")
    guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
    return String(line.trimmingCharacters(in: .whitespaces).prefix(300))
  }

  /// The end of an output, as the run keeps it; empty where there is none.
  private func output(_ name: String, of run: RunID) async throws -> [UInt8] {
    let details = try await ledger.read { db in try RunStore.details(run, in: db) }
    guard let folder = details.run.artifactFolder,
      let file = try await ArtifactStore(ledger: ledger).file("\(folder)/\(name)")
    else { return [] }
    return try objects.read(file.sha256)
  }

  private static func ending(
    _ value: Double, of what: String, isLogged: Bool
  ) -> CommandTrial.Ending {
    value.isNaN ? .failed("\(what) is no number") : .completed(value, isLogged: isLogged)
  }

  /// A number alone, or the one that JSON has under the metric's name; dots lead into objects.
  static func number(in bytes: [UInt8], metric: String) -> Double? {
    let text = String(decoding: bytes, as: UTF8.self)
    if let value = Double(text.filter { !$0.isWhitespace }) { return value }
    // What is no JSON has no number, which is all that is asked.
    guard let json = try? JSONValue(parsing: bytes, acceptsPythonNumbers: true) else { return nil }
    if let value = json[metric] { return value.isNull ? .nan : value.numberValue }
    var found: JSONValue? = json
    for part in metric.split(separator: ".") { found = found?[String(part)] }
    return found?.numberValue
  }
}
