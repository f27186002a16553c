/// A value that a condition binds.
enum SQLArgument: Sendable, Equatable {
  case text(String)
  case integer(Int64)
  case real(Double)
}

/// A piece of SQL whose values are bound, never written into it.
struct SQLCondition: Sendable, Equatable {
  var sql: String
  var arguments: [SQLArgument]

  init(_ sql: String, _ arguments: [SQLArgument] = []) {
    self.sql = sql
    self.arguments = arguments
  }

  /// `column op value` for a column of texts.
  ///
  /// - Throws: when the comparison or the kind of the value does not fit.
  static func text(
    _ column: String, _ clause: FilterClause, noun: String, takesLists: Bool = false
  ) throws(ExperimentationError) -> SQLCondition {
    switch (clause.comparison, clause.value) {
    case (.equal, .text(let text)), (.notEqual, .text(let text)):
      return SQLCondition("\(column) \(clause.comparison.rawValue) ?", [.text(text)])
    case (.like, .text(let text)):
      // SQLite's LIKE ignores the case of ASCII letters; GLOB does not.
      return SQLCondition("\(column) GLOB ?", [.text(globPattern(ofLike: text))])
    case (.iLike, .text(let text)): return SQLCondition("\(column) LIKE ?", [.text(text)])
    case (.isIn, .list(let texts)) where takesLists, (.isNotIn, .list(let texts)) where takesLists:
      let marks = texts.map { _ in "?" }.joined(separator: ", ")
      return SQLCondition(
        "\(column) \(clause.comparison.rawValue) (\(marks))", texts.map(SQLArgument.text))
    case (.isIn, .list), (.isNotIn, .list):
      throw ExperimentationError(
        .invalidValue,
        "\(noun) '\(clause.key)' does not support comparison with a list of quoted string values.")
    case (.equal, _), (.notEqual, _), (.like, _), (.iLike, _), (.isIn, _), (.isNotIn, _):
      throw ExperimentationError(
        .invalidValue,
        "Expected a quoted string value for \(noun) (e.g. 'my-value'). "
          + "Got value \(clause.written)")
    case (.less, _), (.lessOrEqual, _), (.greater, _), (.greaterOrEqual, _), (.isNull, _),
      (.isNotNull, _):
      throw invalidComparator(clause, noun: noun)
    }
  }

  /// `column op value` for a column of numbers.
  static func number(
    _ column: String, _ clause: FilterClause, noun: String
  ) throws(ExperimentationError) -> SQLCondition {
    guard FilterOperator.ofNumbers.contains(clause.comparison) else {
      throw invalidComparator(clause, noun: noun)
    }
    let argument: SQLArgument
    switch clause.value {
    case .integer(let number): argument = .integer(number)
    case .number(let number): argument = .real(number)
    case .text, .list, .none:
      throw ExperimentationError(
        .invalidValue,
        "Expected numeric value type for \(noun): \(clause.key). Found \(clause.written)")
    }
    return SQLCondition("\(column) \(clause.comparison.rawValue) ?", [argument])
  }

  /// A comparison with the value of a key in a table of `(owner, key, value)`, such as tags.
  static func keyed(
    _ table: String, owner: String, is row: String, _ clause: FilterClause, noun: String,
    takesLists: Bool = false
  ) throws(ExperimentationError) -> SQLCondition {
    let key = "SELECT 1 FROM \(table) AS pair WHERE pair.\(owner) = \(row) AND pair.key = ?"
    switch clause.comparison {
    case .isNull: return SQLCondition("NOT EXISTS (\(key))", [.text(clause.key)])
    case .isNotNull: return SQLCondition("EXISTS (\(key))", [.text(clause.key)])
    default:
      let condition = try text("pair.value", clause, noun: noun, takesLists: takesLists)
      return SQLCondition(
        "EXISTS (\(key) AND \(condition.sql))", [.text(clause.key)] + condition.arguments)
    }
  }

  /// A comparison with a column of texts that is NULL where there is none, such as a tag.
  static func optional(
    _ column: String, _ clause: FilterClause, noun: String
  ) throws(ExperimentationError) -> SQLCondition {
    switch clause.comparison {
    case .isNull, .isNotNull: SQLCondition("\(column) \(clause.comparison.rawValue)")
    default: try text(column, clause, noun: noun)
    }
  }

  static func invalidComparator(_ clause: FilterClause, noun: String) -> ExperimentationError {
    ExperimentationError(
      .invalidValue,
      "Invalid comparator '\(clause.comparison.rawValue)' for \(noun) '\(clause.key)'.",
      hint: [.isNull, .isNotNull].contains(clause.comparison)
        ? "IS NULL / IS NOT NULL is only supported for tags and params." : nil)
  }

  /// The pattern of GLOB that matches what a pattern of LIKE does.
  static func globPattern(ofLike pattern: String) -> String {
    var glob = ""
    for character in pattern {
      switch character {
      case "%": glob.append("*")
      case "_": glob.append("?")
      case "*", "?", "[": glob.append("[\(character)]")
      default: glob.append(character)
      }
    }
    return glob
  }
}
