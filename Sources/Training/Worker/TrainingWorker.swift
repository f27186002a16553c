import Basics
import DataPipelines
import Engines
import Foundation
import JobProtocol

/// The stage program `aifactory worker train REQUEST.json`.
public enum TrainingWorker {
  /// Trains what the request asks for; leaves a model package, and `result.json` beside its folder.
  ///
  /// The result tells times, which have no place in a package that shall follow from its request.
  ///
  /// - Throws: an error on which a person can act, if no model can be trained.
  public static func run(requestPath: String) async throws {
    let clock = SearchClock.system
    let startedAtMs = clock.nowMs()
    let request = try read(requestPath)
    let reporter = TaskReporter.fromEnvironment()
    reporter.send(.progress(phase: "reading", share: nil, message: "reading the dataset"))

    let engines = EngineLocator.fromEnvironment()
    let xgboost = try engines.xgboost()
    // While the rows are read.
    async let loading = XGBoostLibrary.load(path: xgboost)
    let manifest = try DatasetFolder(request.datasetFolder).manifest()
    let dataset = try ParquetTable(duckdb: DuckDBLibrary(path: try engines.duckdb())).read(
      folder: request.datasetFolder, columns: manifest.columns.map(\.name) + ["_split"])
    let library = try await loading

    let checkpoint = ProcessInfo.processInfo.environment["AIFACTORY_CHECKPOINT_DIR"].map {
      SearchCheckpoint(folder: $0, engine: library.version)
    }
    let run = TrainingRun(
      request: request, library: library, clock: clock, report: reporter.send,
      startedAtMs: startedAtMs - (checkpoint?.elapsedMs ?? 0), checkpoint: checkpoint)
    let writer = ModelWriter(
      outputFolder: request.outputFolder, engineVersion: library.version)
    let result = try run.run(dataset, manifest: manifest, write: writer.write)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try FileTree.write(
      [UInt8](encoder.encode(result)),
      to: FileTree.folder(of: FileTree.absolute(request.outputFolder)) + "/result.json")
  }

  private static func read(_ path: String) throws -> TrainingRequest {
    let request: TrainingRequest
    do {
      request = try JSONDecoder().decode(
        TrainingRequest.self, from: Data(try FileTree.read(path)))
    } catch {
      throw TrainingError(
        .requestInvalid, "the request \(path) cannot be read: \(error)",
        hint: "run the workflow again, which writes it anew")
    }
    guard request.search.trials != nil || request.search.timeMs != nil else {
      throw TrainingError(
        .requestInvalid, "the search has neither a number of trials nor a time",
        hint: "set `train.search.trials` or `train.search.time`")
    }
    return request
  }
}
