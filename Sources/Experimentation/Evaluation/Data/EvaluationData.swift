import DataPipelines

/// The test rows that can be measured, and what was known before them.
struct EvaluationData {
  var manifest: DatasetManifest
  /// Test rows whose target is known.
  var table: Table
  var truth: Truth
  /// Which rows belong together, for splits by group and for series; nil if each stands alone.
  var clusters: [Int32]?
  /// Test rows without a target.
  var rowsWithoutTarget: Int
  /// Test rows of classes that the model does not know.
  var rowsOfUnknownClass: Int
  /// What the trivial baseline predicts for the rows.
  var trivial: ModelOutput

  /// Prepares test rows.
  ///
  /// - Parameters:
  ///   - test: all columns of the test split.
  ///   - training: target, time and series of the rows before it.
  ///   - horizon: steps that a forecast reaches.
  init(
    manifest: DatasetManifest, model: ModelManifestFacts, test: Table, training: Table,
    horizon: Int = 1
  ) throws {
    guard let column = test[model.target], let past = training[model.target] else {
      throw ExperimentationError(
        .evaluationImpossible,
        "The dataset has no column \(model.target), which the model predicts.",
        hint: "Evaluate the model on a version of the dataset it was trained on.")
    }
    let all = try Truth.read(column, classes: model.classes)
    let rows: [Int] =
      switch all {
      case .numbers(let values): values.indices.filter { !values[$0].isNaN }
      case .codes(let codes, _): codes.indices.filter { codes[$0] >= 0 }
      }
    guard !rows.isEmpty else {
      throw ExperimentationError(
        .evaluationImpossible,
        test.rowCount == 0
          ? "The test split has no rows."
          : "None of the \(test.rowCount) test rows has a value of \(model.target).",
        hint: "Raise `split.test`, or name a `test_source` that holds the target.")
    }
    let known = try Truth.read(past, classes: model.classes)
    let table = rows.count == test.rowCount ? test : test.rows(rows)
    self.manifest = manifest
    self.table = table
    truth = all.rows(rows)
    rowsWithoutTarget = test.rowCount - rows.count
    rowsOfUnknownClass = 0
    clusters = Self.clusterColumn(of: manifest).flatMap { table[$0] }.map {
      SeriesRows($0).codes(rowCount: table.rowCount)
    }
    trivial = TrivialBaseline.output(training: known, rowCount: table.rowCount)
    if case .codes(let codes, _) = truth, let count = model.classes?.count {
      rowsOfUnknownClass = codes.count { $0 >= count }
    }
    if model.task == .forecasting, let time = manifest.column(.time) {
      trivial =
        TrivialBaseline.lastValues(
          training: training, target: model.target, time: time,
          series: manifest.column(.series), test: table, horizon: horizon)
        ?? trivial
    }
  }

  /// The column of a split by group (its rule reads `group COLUMN …`), else the series.
  private static func clusterColumn(of manifest: DatasetManifest) -> String? {
    let rule = manifest.splitRule
    if rule.hasPrefix("group ") {
      return manifest.columns.map(\.name).filter {
        rule.dropFirst(6) == $0 || rule.dropFirst(6).hasPrefix($0 + " ")
      }.max { $0.count < $1.count }
    }
    return nil
  }
}

/// What the data must know of a model.
struct ModelManifestFacts {
  var task: LearningTask
  var target: String
  var classes: [String]?
}

extension DatasetManifest {
  /// Name of the first column of that role.
  func column(_ role: Role) -> String? { columns.first { $0.role == role }?.name }
}
