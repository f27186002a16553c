/// A search among experiments, models or versions, as SQL: attributes and tags, compiled.
struct ListQuery: Sendable {
  /// What can be searched.
  struct Fields: Sendable {
    /// Columns of texts by MLflow's word.
    var texts: [String: String]
    /// Columns of numbers by MLflow's word; also keys to sort by.
    var numbers: [String: String]
    /// Words whose texts may be compared with a list.
    var lists: Set<String> = []
    /// Columns to sort by, where they are others than those to search.
    var order: [String: String]?
    /// The condition of a comparison by its entity, such as `tag`.
    var keyed: [String: @Sendable (FilterClause) throws(ExperimentationError) -> SQLCondition]
    /// Tables of `(owner, key, value)` whose values may be sorted by, by their entity.
    var ordered: [String: Pairs] = [:]
    /// What breaks ties.
    var ties: [String]
  }

  /// Where the values of a key lie, such as those of a tag.
  struct Pairs: Sendable {
    var table: String
    /// The column of the table that names the owner, and the owner's number.
    var owner: String
    var row: String
  }

  /// What is only sorted by; none of them leaves a row out or repeats one.
  private(set) var joins: [SQLCondition] = []
  private(set) var conditions: [SQLCondition] = []
  private(set) var order: [String] = []

  init(filter: String, order keys: [String], fields: Fields) throws(ExperimentationError) {
    try self.init(FilterParser.clauses(of: filter), order: keys, fields: fields)
  }

  init(
    _ clauses: [FilterClause], order keys: [String], fields: Fields
  ) throws(ExperimentationError) {
    for clause in clauses {
      conditions.append(try Self.condition(clause, fields))
    }
    for text in keys { try add(OrderClause(parsing: text), fields) }
    order += fields.ties
  }

  private mutating func add(
    _ clause: OrderClause, _ fields: Fields
  ) throws(ExperimentationError) {
    guard let pairs = clause.entity.flatMap({ fields.ordered[$0] }) else {
      order.append(try Self.order(clause, fields))
      return
    }
    let name = "order\(joins.count)"
    joins.append(
      SQLCondition(
        """
        LEFT JOIN \(pairs.table) AS \(name)
          ON \(name).\(pairs.owner) = \(pairs.row) AND \(name).key = ?
        """, [.text(clause.key)]))
    // What lacks the key comes last.
    order.append("\(name).value IS NULL")
    order.append("\(name).value \(clause.isAscending ? "ASC" : "DESC")")
  }

  private static func condition(
    _ clause: FilterClause, _ fields: Fields
  ) throws(ExperimentationError) -> SQLCondition {
    switch clause.entity {
    case nil, "attribute", "attributes":
      if let column = fields.numbers[clause.key] {
        return try .number(column, clause, noun: "numeric attribute")
      }
      guard let column = fields.texts[clause.key] else {
        throw invalidKey(clause.key, Array(fields.texts.keys) + Array(fields.numbers.keys))
      }
      return try .text(
        column, clause, noun: "attributes", takesLists: fields.lists.contains(clause.key))
    case .some(let other):
      if let keyed = fields.keyed[other] { return try keyed(clause) }
      let words = (["attribute"] + fields.keyed.keys.sorted()).map { "'\($0)'" }
      throw ExperimentationError(
        .invalidValue,
        "Invalid entity type '\(other)'. "
          + "Valid entity types are (\(words.joined(separator: ", ")))")
    }
  }

  private static func order(
    _ clause: OrderClause, _ fields: Fields
  ) throws(ExperimentationError) -> String {
    guard [nil, "attribute", "attributes"].contains(clause.entity) else {
      throw ExperimentationError(
        .invalidValue, "Invalid order_by entity: \(clause.entity ?? "")")
    }
    let columns = fields.order ?? fields.texts.merging(fields.numbers) { text, _ in text }
    guard let column = columns[clause.key] else {
      throw invalidKey(clause.key, Array(columns.keys))
    }
    return "\(column) \(clause.isAscending ? "ASC" : "DESC")"
  }

  private static func invalidKey(_ key: String, _ known: [String]) -> ExperimentationError {
    let words = known.sorted().map { "'\($0)'" }.joined(separator: ", ")
    return ExperimentationError(
      .invalidValue, "Invalid attribute key '\(key)' specified. Valid keys are '{\(words)}'")
  }
}
