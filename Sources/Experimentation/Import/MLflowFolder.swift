import Basics
import Foundation
import Synchronization

/// The folder in which MLflow's clients keep runs without a server (`mlruns`).
///
/// Nothing outside of it is read: symbolic links and locations that lead elsewhere are told and
/// passed over, as is what cannot be understood.
final class MLflowFolder: MLflowSource {
  let path: String
  private let troubles = Mutex<[String]>([])

  /// Largest file of metadata, params or tags that is read.
  static let textLimit = 1 << 20

  /// Opens the folder, or `mlruns` in it.
  ///
  /// - Throws: `import_impossible` for one that holds no experiment.
  init(path: String) throws {
    let inner = path + "/mlruns"
    let isOuter = FileTree.isFolder(inner) && !FileTree.exists(path + "/0/meta.yaml")
    guard let real = Self.realPath(isOuter ? inner : path) else {
      throw Self.refused(path, "it cannot be opened")
    }
    self.path = real
    guard try !experimentFolders().isEmpty || FileTree.isFolder(real + "/models") else {
      throw Self.refused(path, "no folder in it is an experiment")
    }
  }

  func takeTroubles() -> [String] {
    troubles.withLock { troubles in
      defer { troubles = [] }
      return troubles
    }
  }

  func note(_ trouble: String) { troubles.withLock { $0.append(trouble) } }

  func experiments() throws -> [MLflowLine] {
    try experimentFolders().compactMap { meta(in: $0, what: "experiment") }
  }

  func experimentTags(_ experiment: MLflowLine) throws -> [String: String] {
    texts(in: experiment.folder + "/tags")
  }

  func runs(in experiment: MLflowLine) throws -> [MLflowLine] {
    try folders(in: experiment.folder).filter { RunID(FileTree.name(of: $0)) != nil }
      .compactMap { folder in
        guard var line = meta(in: folder, what: "run") else { return nil }
        line["run_uuid"] = .text(FileTree.name(of: folder))
        line["name"] = line["run_name"]
        line["status"] = .text(Self.status(line.integer("status") ?? 3))
        return line
      }
  }

  func params(of run: MLflowLine) throws -> [String: String] { texts(in: run.folder + "/params") }

  func tags(of run: MLflowLine) throws -> [String: String] { texts(in: run.folder + "/tags") }

  func inputs(of run: MLflowLine) throws -> [RunInput] {
    let datasets = FileTree.folder(of: run.folder) + "/datasets/"
    return try folders(in: run.folder + "/inputs").compactMap { folder in
      guard let input = meta(in: folder, what: "input"), input.text("source_type") == "DATASET",
        let data = meta(in: datasets + FileTree.name(of: input.text("source_id")), what: "dataset")
      else { return nil }
      return RunInput(
        name: data.text("name"), digest: data.text("digest"),
        context: input.text("tags.mlflow.data.context"), sourceType: data.text("source_type"),
        source: data.text("source"), schema: data.text("schema"), profile: data.text("profile"))
    }
  }

  func models(of run: MLflowLine) throws -> [RunModel] {
    let outputs = try folders(in: run.folder + "/outputs").compactMap { folder in
      meta(in: folder, what: "output").map {
        RunModel(.output, model: $0.text("destination_id"), step: $0.integer("step") ?? 0)
      }
    }
    let inputs = try folders(in: run.folder + "/inputs").compactMap { folder -> RunModel? in
      guard let input = meta(in: folder, what: "input"),
        input.text("destination_type") == "MODEL_INPUT" || input.text("source_type") == "RUN_INPUT"
      else { return nil }
      return RunModel(.input, model: input.text("destination_id"))
    }
    return outputs + inputs
  }

  func readPoints(of run: MLflowLine, size: Int, _ body: ([MetricPoint]) throws -> Void) throws {
    for (key, file) in files(below: run.folder + "/metrics") {
      var batch: [MetricPoint] = []
      var wrongLines = 0
      try eachLine(of: file) { line in
        guard let point = MLflowMetricLine(line) else {
          wrongLines += 1
          return
        }
        batch.append(
          MetricPoint(
            key: key, value: point.value, step: point.step, timestampMs: point.timestampMs))
        if batch.count == size {
          try body(batch)
          batch = []
        }
      }
      if !batch.isEmpty { try body(batch) }
      if wrongLines > 0 {
        note("\(relative(file)): \(wrongLines) lines are no points and were passed over.")
      }
    }
  }

  /// Folders of artifacts must lie in the store; one that was moved has them beside its run.
  func folder(of uri: String, ofRun run: MLflowLine?) -> String? {
    let own = run.map { $0.folder + "/artifacts" }
    for folder in [MLflowImport.localPath(uri), own] {
      guard let folder, let real = Self.realPath(folder), FileTree.isFolder(real) else { continue }
      if real.hasPrefix(path + "/") { return real }
    }
    return nil
  }

  /// The experiments' folders, those in the trash last.
  private func experimentFolders() throws -> [String] {
    try (folders(in: path) + folders(in: path + "/.trash")).filter {
      FileTree.exists($0 + "/meta.yaml") && Int64(FileTree.name(of: $0)) != nil
    }
  }

  private static func status(_ number: Int64) -> String {
    ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"][Int(max(1, min(5, number))) - 1]
  }

  private static func refused(_ path: String, _ why: String) -> ExperimentationError {
    ExperimentationError(
      .importImpossible, "\(path) cannot be imported: \(why).",
      hint: "Name the folder in which MLflow keeps experiments, such as mlruns, or its SQLite file."
    )
  }
}

/// A line of a metric's file: `timestamp value step`, in models with the run behind, and a dataset.
struct MLflowMetricLine {
  var timestampMs: Int64
  var value: Double
  var step: Int64
  /// What stands behind the step.
  var rest: [String]

  /// Nil for what is no point, such as a line that was cut.
  init?(_ line: Substring) {
    let parts = line.split(separator: " ")
    guard parts.count >= 2, let time = Int64(parts[0]), let value = Double(parts[1]) else {
      return nil
    }
    // Very old clients wrote no step.
    let step = parts.count > 2 ? Int64(parts[2]) : 0
    guard let step else { return nil }
    (timestampMs, self.step) = (time, step)
    self.value = value.isNaN ? .nan : unboundedMetric(value)
    rest = parts.dropFirst(3).map(String.init)
  }
}
