import DataPipelines

/// What is to be predicted: the task, its classes, and a label for each row that has one.
struct LearningTarget: Sendable, Equatable {
  var task: LearningTask
  var name: String
  /// In the order of the codes; nil unless classification.
  ///
  /// Of two classes the second is the positive one.
  var classes: [String]?
  /// One label a row: the number, or the class's code; NaN where the row has none.
  var labels: [Double]

  /// Classes above this many are told apart by identity, not by learning.
  static let mostClasses = 200

  /// Reads the labels of a column.
  ///
  /// - Parameters:
  ///   - task: nil infers it: words, booleans and numbers with two values are classes, other
  ///     numbers are regressed.
  ///   - positive: this class against all others.
  static func read(
    _ column: TableColumn, task: LearningTask?, positive: String?, forecasts: Bool
  ) throws(TrainingError) -> LearningTarget {
    let task = task ?? inferredTask(of: column, positive: positive, forecasts: forecasts)
    guard task == .classification else {
      guard positive == nil else {
        throw TrainingError(
          .requestInvalid, "`positive` names a class, but the task is \(task.rawValue)",
          hint: "remove `positive`, or set `task: classification`")
      }
      return try numbers(of: column, task: task)
    }
    var (classes, codes) = try classes(of: column)
    if let positive {
      (classes, codes) = try oneAgainstRest(positive, classes, codes, column: column.name)
    }
    let counts = Self.counts(of: codes, classCount: classes.count)
    guard counts.count(where: { $0 > 0 }) >= 2 else {
      let only = classes.first.map { "only the class \($0)" } ?? "no class"
      throw TrainingError(
        .tooFewClasses, "the rows for training hold \(only) of \(column.name)",
        hint: "classification needs rows of at least two classes")
    }
    return LearningTarget(
      task: .classification, name: column.name, classes: classes, labels: codes)
  }

  /// Rows of each class.
  static func counts(of codes: [Double], classCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classCount)
    for code in codes where !code.isNaN { counts[Int(code)] += 1 }
    return counts
  }

  private static func inferredTask(
    of column: TableColumn, positive: String?, forecasts: Bool
  ) -> LearningTask {
    if forecasts { return .forecasting }
    guard positive == nil, column.type != .boolean, case .numbers(let values) = column.values
    else { return .classification }
    var distinct = Set<Double>()
    for value in values where !value.isNaN {
      distinct.insert(value)
      if distinct.count > 2 { return .regression }
    }
    return distinct.count == 2 && column.type == .integer ? .classification : .regression
  }

  private static func numbers(
    of column: TableColumn, task: LearningTask
  ) throws(TrainingError) -> LearningTarget {
    guard case .numbers(let values) = column.values else {
      throw TrainingError(
        .targetUnfit, "\(column.name) holds words, and \(task.rawValue) predicts numbers",
        hint: "set `task: classification`, or derive a number from the column")
    }
    // Single precision holds the labels; what it cannot hold has no usable label.
    let labels = values.map { Float($0).isFinite ? $0 : .nan }
    return LearningTarget(task: task, name: column.name, classes: nil, labels: labels)
  }

  private static func classes(
    of column: TableColumn
  ) throws(TrainingError) -> (classes: [String], codes: [Double]) {
    let names: [String]
    let codes: [Double]
    switch column.values {
    case .numbers(let values):
      let distinct = Array(Set(values.filter { !$0.isNaN }).prefix(mostClasses + 1)).sorted()
      let places = Dictionary(
        uniqueKeysWithValues: zip(distinct, distinct.indices.map(Double.init)))
      names = distinct.map { className(of: $0, type: column.type) }
      codes = values.map { places[$0] ?? .nan }
    case .strings(let stored, let values):
      var isUsed = [Bool](repeating: false, count: values.count)
      for code in stored where code >= 0 { isUsed[Int(code)] = true }
      names = values.indices.filter { isUsed[$0] }.map { values[$0] }.sorted()
      let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices.map(Double.init)))
      let codeOfStored = values.map { places[$0] ?? .nan }
      codes = stored.map { $0 < 0 ? .nan : codeOfStored[Int($0)] }
    }
    guard names.count <= mostClasses else {
      throw TrainingError(
        .tooManyClasses, "\(column.name) has more than \(mostClasses) different values",
        hint: column.type.isNumeric
          ? "set `task: regression`, or derive fewer classes"
          : "choose another target, or derive fewer classes")
    }
    return (names, codes)
  }

  /// The word under which a number appears as a class.
  static func className(of value: Double, type: ColumnType) -> String {
    if type == .boolean { return value == 0 ? "false" : "true" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func oneAgainstRest(
    _ positive: String, _ classes: [String], _ codes: [Double], column: String
  ) throws(TrainingError) -> (classes: [String], codes: [Double]) {
    guard let place = classes.firstIndex(of: positive) else {
      let known = classes.prefix(8).joined(separator: ", ")
      throw TrainingError(
        .positiveMissing, "no row for training has the class \(positive) in \(column)",
        hint: "the classes are: \(known)\(classes.count > 8 ? ", …" : "")")
    }
    let rest = classes.count == 2 ? classes[1 - place] : positive == "other" ? "rest" : "other"
    return ([rest, positive], codes.map { $0.isNaN ? .nan : ($0 == Double(place) ? 1 : 0) })
  }
}
