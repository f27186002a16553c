import Basics
import DataPipelines
import Engines
import Experimentation
import Foundation
import JobProtocol
import Optimization
import Synchronization
import TestSupport
import Testing

@testable import Training

/// Trains on tables made up here, through the package that a prediction loads.
struct TrainingRunTests {
  struct Trained {
    var result: TrainingResult
    var reports: [TaskReport]
    var folder: TemporaryFolder
    var predictor: Predictor
    var baseline: Predictor

    var trials: [TrialReport] {
      reports.compactMap { report in
        if case .trial(let trial) = report { trial } else { nil }
      }
    }
  }

  static func train(
    _ dataset: SyntheticTable.Dataset, trials: Int = 6, seed: UInt64 = 7, threads: Int = 2,
    checkpoints: String? = nil,
    change: (inout TrainingRequest) -> Void = { _ in }
  ) throws -> Trained {
    let folder = try TemporaryFolder()
    var request = TrainingRequest(
      datasetFolder: "", task: nil, metric: nil,
      search: .init(trials: trials, timeMs: nil, seed: seed),
      threads: threads, outputFolder: folder.path("model"))
    change(&request)
    let library = try XGBoostLibrary.load(path: engine("xgboost"))
    let reports = Mutex<[TaskReport]>([])
    let run = TrainingRun(
      request: request, library: library, clock: .system,
      report: { report in reports.withLock { $0.append(report) } },
      startedAtMs: SearchClock.system.nowMs(),
      checkpoint: checkpoints.map { SearchCheckpoint(folder: $0, engine: library.version) })
    let writer = ModelWriter(outputFolder: request.outputFolder, engineVersion: library.version)
    let result = try run.run(dataset.table, manifest: dataset.manifest, write: writer.write)
    return Trained(
      result: result, reports: reports.withLock { $0 }, folder: folder,
      predictor: try ModelPackage.load(
        folder: request.outputFolder, engines: testEngines, threads: 1),
      baseline: try ModelPackage.load(
        folder: request.outputFolder + "/baseline", engines: testEngines, threads: 1))
  }

  /// The rows of the test split.
  static func testRows(_ dataset: SyntheticTable.Dataset) -> Table {
    guard case .numbers(let splits)? = dataset.table["_split"]?.values else {
      return dataset.table
    }
    return dataset.table.rows(splits.indices.filter { splits[$0] == 2 })
  }

  static func numbers(_ table: Table, _ name: String) -> [Double] {
    if case .numbers(let values)? = table[name]?.values { values } else { [] }
  }

  @Test(arguments: [300, 3000])
  func `a regression predicts rows it has not seen, with an interval that holds them`(
    rows: Int
  ) throws {
    let dataset = SyntheticTable.regression(rows: rows)
    let trained = try Self.train(dataset)
    let test = Self.testRows(dataset)
    let truth = Self.numbers(test, "y")
    let predictions = try trained.predictor.predict(test)
    var (values, held) = ([Double](), 0)
    for (prediction, actual) in zip(predictions, truth) {
      guard case .number(let value, let interval?) = prediction else { continue }
      values.append(value)
      if interval.contains(actual) { held += 1 }
    }
    let r2 = Metrics.regression(truth, values, names: [.r2])[.r2] ?? 0
    #expect(r2 > (rows > 1000 ? 0.98 : 0.9))
    #expect((0.8...1).contains(Double(held) / Double(truth.count)))
    #expect(trained.result.metric == "rmse")
    #expect(trained.result.crossValidationFolds == (rows < 2000 ? 5 : nil))
    #expect(
      trained.result.validation["rmse"] ?? 1 <= trained.result.linearBaseline["rmse"] ?? 0)
  }

  @Test(arguments: [2, 4])
  func `classes are told apart, and probabilities add up to one`(classes: Int) throws {
    let dataset = SyntheticTable.classification(rows: 1200, classes: classes)
    let trained = try Self.train(dataset)
    let test = Self.testRows(dataset)
    guard case .strings(let codes, let names)? = test["y"]?.values else { return }
    #expect(trained.predictor.manifest.classes == names)
    let hits = try zip(codes, trained.predictor.predict(test)).count { code, prediction in
      guard case .classes(let probabilities) = prediction else { return false }
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      return probabilities.indices.max { probabilities[$0] < probabilities[$1] } == Int(code)
    }
    #expect(Double(hits) / Double(test.rowCount) > 0.75)
    #expect(trained.result.metric == (classes == 2 ? "auc" : "log_loss"))
  }

  @Test func `the same seed and number of trials give the same model to the bit`() throws {
    let dataset = SyntheticTable.classification(rows: 500, classes: 3)
    let first = try Self.train(dataset, trials: 14)
    let second = try Self.train(dataset, trials: 14)
    let files = try Self.files(in: first.folder.path("model"))
    #expect(files.keys.contains("model.json") && files.keys.contains("baseline/model.json"))
    #expect(files == (try Self.files(in: second.folder.path("model"))))
    let other = try Self.train(dataset, trials: 14, seed: 8)
    #expect(files != (try Self.files(in: other.folder.path("model"))))
  }

  @Test func `a search ends as soon as too little is expected, and not before`() throws {
    let dataset = SyntheticTable.classification(rows: 200, classes: 2)
    func searched(_ bound: Double) throws -> Trained {
      try Self.train(dataset, trials: 75) {
        $0.search.pruner = "none"
        $0.search.stopBelow = bound
      }
    }
    // Nobody expects an AUC to become better by 2, so the first beliefs end it: the first after five trials for
    // each of ten parameters and one before them, and nine more. Next to nothing is always expected.
    let short = try searched(2)
    #expect(short.trials.count == 51 + 9)
    #expect(try searched(1e-300).trials.count == 75)
    let messages = short.reports.compactMap { report -> String? in
      if case .progress(_, _, let message) = report { message } else { nil }
    }
    #expect(messages.contains { $0.contains("to be gained") })
  }

  @Test func `a grid gives its combinations after the first points, and nothing else`() throws {
    let trained = try Self.train(SyntheticTable.classification(rows: 200, classes: 2), trials: 24) {
      $0.search.sampler = "grid"
      $0.search.pruner = "none"
    }
    let spaces = trained.reports.compactMap { report -> String? in
      if case .parameter(StudySummary.spaceReportKey, let text) = report { text } else { nil }
    }
    let space = try SearchSpace(json: JSONValue(parsing: try #require(spaces.first)))
    let firsts = space.initialPoints.count
    #expect(firsts > 2)
    let study = try ToldStudy(
      space: space, goals: [.maximize], sampler: "grid", pruner: "none", seed: 7, budget: 24,
      trials: trained.trials)
    // The same grid without first points.
    var grid = Study(
      space: try SearchSpace(space.parameters), goal: .maximize, sampler: GridSampler(), seed: 7)
    for trial in trained.trials {
      let explanation = try TrialExplanation(of: trial.number, in: study)
      guard trial.number >= firsts else {
        #expect(explanation.origin == .initial)
        continue
      }
      #expect(trial.parameters == grid.ask().point.texts, "trial \(trial.number)")
      #expect(
        explanation.reason == "It is combination \(trial.number - firsts + 1) of the grid.")
    }
    #expect(trained.trials.count == 24)
  }

  @Test func `a search that was stopped goes on from its checkpoint to the same model`() throws {
    let dataset = SyntheticTable.classification(rows: 500, classes: 3)
    let whole = try Self.train(dataset, trials: 14)
    let folder = try TemporaryFolder()
    let first = try Self.train(dataset, trials: 14, checkpoints: folder.path)
    // As if it had been killed while it wrote down its seventh trial.
    let lines = try folder.text("search.jsonl").split(separator: "\n")
    try folder.write(
      lines.prefix(7).joined(separator: "\n") + "\n" + lines[7].prefix(40), to: "search.jsonl")
    let second = try Self.train(dataset, trials: 14, checkpoints: folder.path)
    let files = try Self.files(in: whole.folder.path("model"))
    #expect(files == (try Self.files(in: first.folder.path("model"))))
    #expect(files == (try Self.files(in: second.folder.path("model"))))
    let pairs = Array(zip(first.trials, second.trials))
    #expect(pairs.prefix(6).allSatisfy { $0.startedAtMs == $1.startedAtMs })
    #expect(pairs.dropFirst(6).allSatisfy { $0.startedAtMs < $1.startedAtMs })
    #expect(try folder.text("search.jsonl").split(separator: "\n").count == 15)
    #expect(second.result.bestTrial == whole.result.bestTrial)
  }

  @Test func `trials of another engine are not taken over`() throws {
    let folder = try TemporaryFolder()
    let entry = SearchCheckpoint.Entry(
      parameters: ["eta": "0.1"], outcome: nil, failure: "no", startedAtMs: 1, endedAtMs: 2,
      elapsedMs: 3)
    SearchCheckpoint(folder: folder.path, engine: "1").keep(entry)
    let same = SearchCheckpoint(folder: folder.path, engine: "1")
    #expect(same.trials.map(\.parameters) == [["eta": "0.1"]])
    #expect(same.elapsedMs == 3)
    #expect(SearchCheckpoint(folder: folder.path, engine: "2").trials.isEmpty)
  }

  static func files(in folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileTree.names(in: folder) {
      let path = "\(folder)/\(name)"
      if FileTree.isFolder(path) {
        for (inner, bytes) in try self.files(in: path) { files["\(name)/\(inner)"] = bytes }
      } else {
        files[name] = try FileTree.read(path)
      }
    }
    return files
  }

  @Test func `every trial is reported in number order, with progress beside it`() throws {
    let trained = try Self.train(SyntheticTable.regression(rows: 400), trials: 8)
    #expect(trained.trials.map(\.number) == Array(0..<8))
    #expect(trained.trials.allSatisfy { $0.parameters["eta"] != nil && $0.value != nil })
    let result = trained.result
    #expect(result.completedTrials + result.prunedTrials + result.failedTrials == 8)
    #expect(result.ensemble.reduce(0) { $0 + $1.weight } > 0.999)
    let shares = trained.reports.compactMap { report -> Double? in
      if case .progress("search", let share, _) = report { share } else { nil }
    }
    #expect(shares == shares.sorted() && shares.last == 1)
  }

  @Test func `a first model can be deployed while the first trial still trains`() throws {
    let trained = try Self.train(SyntheticTable.regression(rows: 3000), trials: 2)
    let first = try #require(
      trained.reports.firstIndex { report in
        if case .progress("first model", _, _) = report { true } else { false }
      })
    let trial = try #require(
      trained.reports.firstIndex { if case .trial = $0 { true } else { false } })
    #expect(first < trial)
    // Its trial went on for many more rounds than the first model has.
    #expect(try #require(trained.trials.first).steps > 20)
  }

  @Test func `a search bound by time ends in time with a model`() throws {
    let begun = SearchClock.system.nowMs()
    let trained = try Self.train(SyntheticTable.regression(rows: 3000)) {
      $0.search.trials = nil
      $0.search.timeMs = 1500
    }
    // Nothing but its time ends this search; what remains is for a machine that is busy.
    #expect(SearchClock.system.nowMs() - begun < 20_000)
    #expect(trained.result.completedTrials >= 1)
  }

  @Test func `time that is left goes into models of other seeds`() throws {
    let dataset = SyntheticTable.regression(rows: 3000)
    func models(_ trained: Trained) -> Int? {
      trained.reports.lazy.compactMap { report -> Int? in
        if case .parameter("final_models", let count) = report { Int(count) } else { nil }
      }.first
    }
    let once = try Self.train(dataset, trials: 2)
    #expect(models(once) == once.result.ensemble.count)
    let timed = try Self.train(dataset, trials: 2) { $0.search.timeMs = 60_000 }
    #expect(try #require(models(timed)) > timed.result.ensemble.count)
    // They answer as one model does, and no further from the truth.
    let test = Self.testRows(dataset)
    let truth = Self.numbers(test, "y")
    func error(_ trained: Trained) throws -> Double {
      let squares = zip(try trained.predictor.predict(test), truth).map { prediction, actual in
        guard case .number(let value, _) = prediction else { return Double.infinity }
        return (value - actual) * (value - actual)
      }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    #expect(try error(timed) < 1.05 * error(once))
    // Where a prediction must be quick there is one model of each member.
    let quick = try Self.train(dataset, trials: 2) {
      $0.search.timeMs = 60_000
      $0.latencyBoundMs = 1e-6
    }
    #expect(models(quick) == quick.result.ensemble.count)
  }
}
