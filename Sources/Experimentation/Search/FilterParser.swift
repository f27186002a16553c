/// Reads MLflow's filters: comparisons joined by `AND`, without `OR` and parentheses.
///
/// As on MLflow's server, an `AND` too many, or one that is missing, changes nothing.
///
/// `metrics.rmse < 0.5 AND params."my key" LIKE 'a%' AND tags.x IS NULL AND run_id IN ('a', 'b')`
public struct FilterParser {
  private var tokens: ArraySlice<FilterLexer.Token>

  /// The comparisons of a filter; none for an empty one.
  public static func clauses(of text: String) throws(ExperimentationError) -> [FilterClause] {
    var parser = FilterParser(tokens: try FilterLexer.tokens(of: text)[...])
    return try parser.clauses()
  }

  private mutating func clauses() throws(ExperimentationError) -> [FilterClause] {
    var clauses: [FilterClause] = []
    while true {
      while takeWord("AND") {}
      guard !tokens.isEmpty else { break }
      if !clauses.isEmpty { try checkStart() }
      clauses.append(try clause())
    }
    return clauses
  }

  private mutating func clause() throws(ExperimentationError) -> FilterClause {
    let entity: String?
    let (key, written): (String, String)
    switch tokens.popFirst() {
    case .name(let word, let name, let whole): (entity, key, written) = (word, name, whole)
    case .text(let name, let whole) where whole.hasPrefix("\""):
      (entity, key, written) = (nil, name, whole)
    case let other:
      throw ExperimentationError(
        .invalidValue, "Invalid clause(s) in filter string: '\(other?.written ?? "")'",
        hint: "A comparison starts with a name such as metrics.rmse.")
    }
    let comparison = try comparison(after: written)
    guard comparison != .isNull, comparison != .isNotNull else {
      return FilterClause(
        entity: entity, key: key, comparison: comparison, value: .none, written: "")
    }
    let (value, words) = try value(after: "\(written) \(comparison.rawValue)")
    return FilterClause(
      entity: entity, key: key, comparison: comparison, value: value, written: words)
  }

  private mutating func comparison(
    after name: String
  ) throws(ExperimentationError) -> FilterOperator {
    switch tokens.popFirst() {
    case .comparison(let sign):
      if let known = FilterOperator(rawValue: sign) { return known }
      throw ExperimentationError(
        .invalidValue,
        "Invalid comparator '\(sign)' not one of '=, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN'")
    case .name(nil, let word, let written):
      switch word.uppercased() {
      case "LIKE": return .like
      case "ILIKE": return .iLike
      case "IN": return .isIn
      case "NOT" where takeWord("IN"): return .isNotIn
      case "IS":
        if takeWord("NULL") { return .isNull }
        if takeWord("NOT"), takeWord("NULL") { return .isNotNull }
      default: break
      }
      throw ExperimentationError(
        .invalidValue, "Invalid clause(s) in filter string: \(name) \(written)")
    case let other:
      throw ExperimentationError(
        .invalidValue,
        "Invalid clause(s) in filter string: \(name) \(other?.written ?? "")",
        hint: "A comparison such as = or LIKE comes after a name.")
    }
  }

  private mutating func takeWord(_ wanted: String) -> Bool {
    guard case .name(nil, let word, _) = tokens.first, word.uppercased() == wanted else {
      return false
    }
    tokens.removeFirst()
    return true
  }

  private mutating func value(
    after clause: String
  ) throws(ExperimentationError) -> (FilterValue, String) {
    switch tokens.popFirst() {
    case .text(let text, let written): return (.text(text), written)
    case .number(let text):
      if let whole = Int64(text) { return (.integer(whole), text) }
      guard let number = Double(text), number.isFinite else {
        throw ExperimentationError(.invalidValue, "'\(text)' in the filter is no number.")
      }
      return (.number(number), text)
    case .open: return (.list(try list()), "a list")
    case .none:
      throw ExperimentationError(
        .invalidValue, "Invalid clause(s) in filter string: \(clause)",
        hint: "A value comes after the comparison.")
    case .some(let other):
      throw ExperimentationError(
        .invalidValue,
        "Expected a quoted string value (e.g. 'my-value') or a number. Got value \(other.written)")
    }
  }

  private mutating func list() throws(ExperimentationError) -> [String] {
    var texts: [String] = []
    while true {
      guard case .text(let text, _) = tokens.popFirst() else {
        throw ExperimentationError(
          .invalidValue,
          "While parsing a list in the query, expected a non-empty list of string values")
      }
      texts.append(text)
      switch tokens.popFirst() {
      case .close: return texts
      case .comma where tokens.first == .close:
        tokens.removeFirst()
        return texts
      case .comma: continue
      default:
        throw ExperimentationError(
          .invalidValue, "While parsing a list in the query, expected ',' or ')'")
      }
    }
  }

  /// What comes after a comparison must be able to start another one.
  private func checkStart() throws(ExperimentationError) {
    switch tokens.first {
    case .name(.some, _, _): return
    case .name(nil, let word, _) where word.uppercased() != "OR": return
    case .text(_, let written) where written.hasPrefix("\""): return
    case let other:
      throw ExperimentationError(
        .invalidValue, "Invalid clause(s) in filter string: \(other?.written ?? "")",
        hint: "Join comparisons with AND; OR and parentheses are not possible.")
    }
  }
}
