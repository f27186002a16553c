import Basics
import DataPipelines
import Engines
import Foundation
import JobProtocol

/// The program behind `aifactory worker evaluate REQUEST.json`.
public enum EvaluationWorker {
  /// Evaluates as the request says and leaves `result.json`, `evaluation.json` and `report.html`.
  ///
  /// A gate that does not hold is a result, not an error. Nothing is written unless all of it is.
  public static func run(requestPath: String) throws {
    let request: EvaluationRequest
    do {
      request = try JSONDecoder().decode(
        EvaluationRequest.self, from: Data(contentsOf: URL(fileURLWithPath: requestPath)))
    } catch {
      throw ExperimentationError(
        .evaluationImpossible, "The request \(requestPath) cannot be read: \(error)")
    }
    try run(request, engines: .fromEnvironment(), reporter: .fromEnvironment())
  }

  static func run(
    _ request: EvaluationRequest, engines: EngineLocator, reporter: TaskReporter
  ) throws {
    func tell(_ message: String, _ share: Double) {
      reporter.send(.progress(phase: "evaluate", share: share, message: message))
    }
    tell("Reading the test split", 0)
    let parquet = ParquetTable(duckdb: try DuckDBLibrary(path: try engines.duckdb()))
    let model = try load(request.modelFolder, request, engines)
    let search = SearchHistory(folder: request.trainingFolder ?? request.modelFolder)
    let data = try data(request, model: model.manifest, parquet: parquet)
    let evaluator = Evaluator(
      model: model, linear: try baseline(request, engines), data: data, request: request,
      main: main(request, model: model.manifest, search: search), horizon: request.horizon)
    let details = try evaluator.evaluate { message, share in tell(message, 0.1 + 0.85 * share) }

    tell("Writing the report", 0.95)
    let folder = DatasetFolder(request.datasetFolder)
    let report = Report(
      details: details,
      // A report without a profile is shorter, not wrong.
      profile: try? folder.profile(), checks: (try? folder.checks()) ?? [], search: search,
      provenance: request.provenance ?? [])
    try write(details, html: report.html(), to: request.outputFolder)
    for (name, metric) in details.result.metrics.sorted(by: { $0.key < $1.key }) {
      reporter.send(
        .metric(
          key: "test_\(name)", value: metric.value, step: 0,
          timestampMs: Int64(Date().timeIntervalSince1970 * 1000)))
    }
    tell("Done", 1)
  }

  private static func load(
    _ folder: String, _ request: EvaluationRequest, _ engines: EngineLocator
  ) throws -> PredictorModel {
    let predictor = try ModelPackage.load(
      folder: folder, xgboost: try engines.xgboost(), threads: max(1, request.threads ?? 1))
    return PredictorModel(predictor: predictor)
  }

  private static func baseline(
    _ request: EvaluationRequest, _ engines: EngineLocator
  ) throws -> PredictorModel? {
    let folder = request.modelFolder + "/baseline"
    guard FileManager.default.fileExists(atPath: folder + "/model.json") else { return nil }
    return try load(folder, request, engines)
  }

  private static func data(
    _ request: EvaluationRequest, model: ModelManifest, parquet: ParquetTable
  ) throws -> EvaluationData {
    let manifest = try DatasetFolder(request.datasetFolder).manifest()
    guard manifest.columns.contains(where: { $0.name == model.target }) else {
      throw ExperimentationError(
        .evaluationImpossible,
        "The dataset \(manifest.name) has no column \(model.target), which the model predicts.",
        hint: "Evaluate the model on a version of the dataset it was trained on.")
    }
    let facts = ModelManifestFacts(
      task: model.task, target: model.target, classes: model.classes)
    let test = try parquet.read(folder: request.datasetFolder, split: .test)
    var columns = [model.target]
    for name in [manifest.column(.time), manifest.column(.series)].compactMap({ $0 })
    where !columns.contains(name) { columns.append(name) }
    let known = try parquet.read(
      folder: request.datasetFolder, columns: columns + ["_split"])
    guard case .numbers(let splits)? = known["_split"]?.values else {
      throw ExperimentationError(
        .evaluationImpossible, "The dataset \(manifest.name) does not tell its splits.")
    }
    let before = splits.indices.filter { splits[$0] != Double(DatasetSplit.test.rawValue) }
    return try EvaluationData(
      manifest: manifest, model: facts, test: test, training: known.rows(before),
      horizon: request.horizon ?? 1)
  }

  /// The metric that training optimized, else that of the first gate, else the usual one.
  private static func main(
    _ request: EvaluationRequest, model: ModelManifest, search: SearchHistory?
  ) -> MetricName {
    let words = [search?.summary.metric].compactMap { $0 } + request.gates.map(\.metric)
    return words.compactMap(MetricName.init(rawValue:)).first { $0.fits(model.task) }
      ?? .standard(for: model.task, classCount: model.classes?.count)
  }

  /// Writes aside and moves; `result.json` comes last and means that the rest is there.
  private static func write(
    _ details: EvaluationDetails, html: String, to folder: String
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let files = [
      ("report.html", Data(html.utf8)), ("evaluation.json", try encoder.encode(details)),
      ("result.json", try encoder.encode(details.result)),
    ]
    for (name, data) in files {
      try data.write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    }
  }
}
