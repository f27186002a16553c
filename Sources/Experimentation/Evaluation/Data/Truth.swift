import DataPipelines

/// What the target really was, row by row.
enum Truth: Sendable, Equatable {
  case numbers([Double])
  /// Codes into the classes of the model, then into those it has not seen.
  case codes([Int32], classes: [String])

  var rowCount: Int {
    switch self {
    case .numbers(let values): values.count
    case .codes(let codes, _): codes.count
    }
  }

  var classes: [String]? {
    if case .codes(_, let classes) = self { classes } else { nil }
  }

  /// The truth of the given rows, in that order.
  func rows(_ rows: [Int]) -> Truth {
    switch self {
    case .numbers(let values): .numbers(rows.map { values[$0] })
    case .codes(let codes, let classes): .codes(rows.map { codes[$0] }, classes: classes)
    }
  }

  /// Reads a target column; rows without a value have NaN or -1.
  ///
  /// - Parameter classes: the model's; nil reads numbers. With two classes every other value
  ///   belongs to the first (one class against the rest), with more it becomes a class of its own.
  static func read(_ column: TableColumn, classes: [String]?) throws -> Truth {
    guard let classes else {
      guard case .numbers(let values) = column.values else {
        throw ExperimentationError(
          .evaluationImpossible,
          "The target \(column.name) holds text in this dataset, but the model predicts numbers.",
          hint: "Evaluate the model on a version of the dataset it was trained on.")
      }
      return .numbers(values.map { $0.isFinite ? $0 : .nan })
    }
    var coder = ClassCoder(classes: classes)
    let codes: [Int32]
    switch column.values {
    case .numbers(let values):
      codes = values.map { value in
        value.isNaN ? -1 : coder.code(of: className(of: value, type: column.type))
      }
    case .strings(let stored, let values):
      let used = Set(stored)
      let codeByStored = values.indices.map {
        used.contains(Int32($0)) ? coder.code(of: values[$0]) : -1
      }
      codes = stored.map { $0 < 0 ? -1 : codeByStored[Int($0)] }
    }
    return .codes(codes, classes: coder.classes)
  }

  /// The word under which a number appears as a class.
  static func className(of value: Double, type: ColumnType) -> String {
    if type == .boolean { return value == 0 ? "false" : "true" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }
}

/// Gives codes to classes as they appear.
private struct ClassCoder {
  private(set) var classes: [String]
  private let isOneAgainstRest: Bool
  private var codes: [String: Int32]

  init(classes: [String]) {
    self.classes = classes
    isOneAgainstRest = classes.count == 2
    codes = Dictionary(
      classes.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func code(of name: String) -> Int32 {
    if let code = codes[name] { return code }
    if isOneAgainstRest { return 0 }
    let code = Int32(classes.count)
    classes.append(name)
    codes[name] = code
    return code
  }
}
