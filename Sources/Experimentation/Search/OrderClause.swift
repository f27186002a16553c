/// One key to sort by: `metrics.rmse DESC`.
public struct OrderClause: Sendable, Equatable {
  /// What stands before the first point; nil for a bare key.
  public var entity: String?
  /// The name after the point, without its quotes.
  public var key: String
  /// From small to large.
  public var isAscending: Bool

  /// Takes every value as it is.
  public init(entity: String? = nil, key: String, isAscending: Bool = true) {
    self.entity = entity
    self.key = key
    self.isAscending = isAscending
  }

  /// Reads `name`, `name ASC` or `name DESC`.
  public init(parsing text: String) throws(ExperimentationError) {
    let tokens = try FilterLexer.tokens(of: text)
    func refused() -> ExperimentationError {
      ExperimentationError(
        .invalidValue, "Invalid order_by clause '\(text.prefix(200))'. Could not be parsed.")
    }
    guard case .name(let entity, let key, _) = tokens.first, tokens.count <= 2 else {
      throw refused()
    }
    self.init(entity: entity, key: key)
    guard tokens.count == 2 else { return }
    guard case .name(nil, let word, _) = tokens[1] else { throw refused() }
    switch word.lowercased() {
    case "asc": break
    case "desc": isAscending = false
    default:
      throw ExperimentationError(
        .invalidValue, "Invalid ordering key in order_by clause '\(text.prefix(200))'.")
    }
  }
}
