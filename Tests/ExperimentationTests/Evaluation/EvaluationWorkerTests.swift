import Basics
import DataPipelines
import Engines
import Foundation
import TestSupport
import Testing

@testable import Experimentation

struct EvaluationWorkerTests {
  @Test func `a package is evaluated on the test split of a dataset version`() throws {
    let folder = try TemporaryFolder()
    let dataset = try makeDataset(folder)
    let model = try makePackage(folder, dataset: dataset)
    let request = EvaluationRequest(
      datasetFolder: dataset, modelFolder: model,
      gates: [Gate(metric: "rmse", atMost: 0.2), Gate(metric: "r2", atLeast: 0.9999)],
      slices: ["site"], seed: 1, title: "line", outputFolder: folder.path("out"),
      provenance: [ProvenanceLink(label: "Workflow run", value: "wr_1")])
    let path = folder.path("request.json")
    try JSONEncoder().encode(request).write(to: URL(fileURLWithPath: path))
    try EvaluationWorker.run(request, engines: testEngines, reporter: .fromEnvironment())

    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("out/result.json")))
    let result = try JSONDecoder().decode(EvaluationResult.self, from: data)
    #expect(result.rowCount == 80)
    #expect(result.gates.map(\.passed) == [true, false])
    let rmse = try #require(result.metrics["rmse"])
    #expect(rmse.value < 0.2 && rmse.value == result.linearBaseline["rmse"]?.value)
    #expect(try #require(result.trivialBaseline["rmse"]).value > 1)
    let html = try String(contentsOfFile: folder.path("out/report.html"), encoding: .utf8)
    for words in ["Failed: 1 of 2 gates", "wr_1", "line.csv", "By site", "Permutation"] {
      #expect(html.contains(words), "\(words)")
    }
    #expect(FileManager.default.fileExists(atPath: folder.path("out/evaluation.json")))
  }

  @Test func `a model of another dataset is refused and leaves nothing`() throws {
    let folder = try TemporaryFolder()
    let dataset = try makeDataset(folder)
    let model = try makePackage(folder, dataset: dataset, target: "unknown")
    let request = EvaluationRequest(
      datasetFolder: dataset, modelFolder: model, gates: [], slices: [], seed: 1, title: "line",
      outputFolder: folder.path("out"))
    #expect {
      try EvaluationWorker.run(request, engines: testEngines, reporter: .fromEnvironment())
    } throws: { ($0 as? ExperimentationError)?.code == .evaluationImpossible }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
  }

  @Test func `a request that cannot be read is told`() throws {
    let folder = try TemporaryFolder()
    #expect {
      try EvaluationWorker.run(requestPath: folder.path("none.json"))
    } throws: { ($0 as? ExperimentationError)?.code == .evaluationImpossible }
  }

  /// 400 rows of `y = 3x + noise` at two sites.
  private func makeDataset(_ folder: TemporaryFolder) throws -> String {
    var generator = SeededGenerator(seed: 4)
    var csv = "x,site,y\n"
    for row in 0..<400 {
      let x = generator.nextUnit() * 4
      let y = 3 * x + (generator.nextUnit() - 0.5) * 0.3
      csv += "\(x),\(row.isMultiple(of: 2) ? "east" : "west"),\(y)\n"
    }
    let path = folder.path("line.csv")
    try Data(csv.utf8).write(to: URL(fileURLWithPath: path))
    let source = DatasetManifest.Source(
      name: "line.csv", sha256: ObjectDigest(of: csv).hex, bytes: Int64(csv.utf8.count),
      part: "data")
    let output = folder.path("dataset")
    _ = try DatasetBuilder(duckdb: try DuckDBLibrary(path: engine("duckdb"))).build(
      DatasetRequest(
        name: "line", files: [DatasetRequest.SourceFile(source: source, path: path)],
        target: "y", outputFolder: output))
    return output
  }

  /// A linear model that is its own baseline.
  private func makePackage(
    _ folder: TemporaryFolder, dataset: String, target: String = "y"
  ) throws -> String {
    let table = try ParquetTable(duckdb: try DuckDBLibrary(path: engine("duckdb")))
      .read(folder: dataset, split: .train)
    let manifest = try DatasetFolder(dataset).manifest()
    let pipeline = try FeaturePipeline.fit(table, columns: manifest.columns)
    let models = try LinearModel.ridge(
      pipeline.transform(table), targets: table.numbers("y"), penalties: [1e-6])
    let package = ModelPackage(
      task: .regression, target: target, classes: nil,
      signature: [
        SignatureColumn(name: "x", type: .decimal, isOptional: false),
        SignatureColumn(name: "site", type: .category, isOptional: true),
      ], pipeline: pipeline, members: [.init(model: .linear(models[0]), weight: 1)],
      intervalHalfWidth: 0.2, example: table.rows([0]), seed: 1)
    let path = folder.path("model")
    try package.write(to: path)
    try package.write(to: path + "/baseline")
    return path
  }
}
