import Basics
import DataPipelines
import Engines
import Experimentation

/// The rows of a dataset that a training may use: those of training and validation that have a label.
struct LearningRows: Sendable {
  /// Training and validation rows with a label, in the order of the dataset, as they were given.
  var source: Table
  /// The same, or for a forecast each of them at some leads with the columns of its lags.
  var table: Table
  /// Adds what a series was before; nil unless forecasting.
  var lags: LagFeatures?
  /// Steps ahead at which each row of `table` is forecast; nil unless forecasting.
  var leads: [Int]?
  var columns: [DatasetManifest.Column]
  var target: LearningTarget
  /// Numbers of `table`'s rows.
  var training: [Int]
  var validation: [Int]
  /// Rows of training and validation that were left out for want of a label.
  var droppedCount: Int

  /// Fewer rows with a label than this cannot be learned from and measured.
  static let fewestRows = 10

  /// Takes the rows of a table whose `_split` column tells a row's split.
  init(_ dataset: Table, columns: [DatasetManifest.Column], request: TrainingRequest) throws {
    guard let declared = columns.first(where: { $0.role == .target }),
      let column = dataset[declared.name]
    else {
      throw TrainingError(
        .targetMissing, "the dataset has no target column",
        hint: "name the column to predict as `data.target`")
    }
    guard case .numbers(let splits)? = dataset["_split"]?.values else {
      throw TrainingError(.requestInvalid, "the dataset has no column _split")
    }
    let mine = (0..<dataset.rowCount).filter { splits[$0] != Double(DatasetSplit.test.rawValue) }
    let forecasts = request.task == nil && request.horizon != nil && request.time != nil
    let known = Table(columns: [column], rowCount: dataset.rowCount).rows(mine)
    var target = try LearningTarget.read(
      known.columns[0], task: request.task, positive: request.positive, forecasts: forecasts)
    let labeled = mine.indices.filter { !target.labels[$0].isNaN }
    guard labeled.count >= Self.fewestRows else {
      let missing = mine.count - labeled.count
      throw TrainingError(
        .tooFewRows,
        "there are \(labeled.count) rows with a value of \(target.name) to train on"
          + (missing > 0 ? " (\(missing) more lack it)" : "")
          + ", and at least \(Self.fewestRows) are needed",
        hint: "give the workflow more rows, or a smaller test split")
    }
    target.labels = labeled.map { target.labels[$0] }
    let rows = labeled.map { mine[$0] }
    source = dataset.rows(rows)
    table = source
    self.columns = columns
    self.target = target
    droppedCount = mine.count - labeled.count
    let isValidation = rows.map { splits[$0] == Double(DatasetSplit.validation.rawValue) }
    training = isValidation.indices.filter { !isValidation[$0] }
    validation = isValidation.indices.filter { isValidation[$0] }
    if target.task == .forecasting { try addLags(request) }
  }

  private mutating func addLags(_ request: TrainingRequest) throws {
    let declared = columns.first { $0.role == .time }?.name
    guard let time = request.time ?? declared, source[time] != nil else {
      throw TrainingError(
        .requestInvalid,
        request.time.map { "the dataset has no column \($0) to tell the time" }
          ?? "forecasting needs a column that tells the time",
        hint: "name it as `train.time`")
    }
    if let series = request.series, source[series] == nil {
      throw TrainingError(
        .requestInvalid, "the dataset has no column \(series) to tell the series",
        hint: "name a column of the dataset as `train.series`, or none")
    }
    let made = try LagFeatures(
      fitting: source, time: time, series: request.series, target: target.name,
      horizon: request.horizon ?? 1, frequency: request.frequency)
    lags = made
    try spread(made)
    columns += made.columnNames.map {
      DatasetManifest.Column(name: $0, type: .decimal, role: .feature)
    }
  }

  /// Most rows that a forecast makes of its rows.
  private static let mostSpreadRows = 400_000

  /// Makes of each row of `source` one for each lead at which it is learned, in order of time.
  private mutating func spread(_ lags: LagFeatures) throws {
    let (rows, leads) = lags.trainingLeads(of: source, mostRows: Self.mostSpreadRows)
    guard case .numbers(let times)? = source[lags.time]?.values else { return }
    let order = rows.indices.sorted { (times[rows[$0]], $0) < (times[rows[$1]], $1) }
    let sorted = order.map { rows[$0] }
    let isTraining = Set(training)
    let made = order.map { leads[$0] }
    table = try lags.transform(source.rows(sorted), leads: made)
    target.labels = sorted.map { target.labels[$0] }
    training = sorted.indices.filter { isTraining.contains(sorted[$0]) }
    validation = sorted.indices.filter { !isTraining.contains(sorted[$0]) }
    self.leads = made
  }

  /// The metric that a request asks for, or the standard one of the task.
  static func metric(_ word: String?, of target: LearningTarget) throws(TrainingError) -> MetricName
  {
    guard let word else {
      return .standard(for: target.task, classCount: target.classes?.count)
    }
    let fitting = MetricName.all(for: target.task).map(\.rawValue)
    guard let metric = MetricName(rawValue: word), metric.fits(target.task) else {
      throw TrainingError(
        .metricUnfit, "\(word) does not measure \(target.task.rawValue)",
        hint: "use one of: " + fitting.joined(separator: ", "))
    }
    return metric
  }
}
