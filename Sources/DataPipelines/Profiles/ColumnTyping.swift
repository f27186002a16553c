/// Decides what a column means from what it holds.
enum ColumnTyping {
  /// The type that the factory gives a column.
  static func type(
    of column: TableShaping.Column, total: Profiler.Totals, text: Profiler.TextShape?,
    isTarget: Bool
  ) -> ColumnType {
    switch column.type {
    case "BIGINT": .integer
    case "DOUBLE": .decimal
    case "BOOLEAN": .boolean
    case "TIMESTAMP": .timestamp
    default: isTarget || isCategory(total, text) ? .category : .text
    }
  }

  /// Whether texts repeat so much, and are so short, that each stands for a class.
  private static func isCategory(_ total: Profiler.Totals, _ text: Profiler.TextShape?) -> Bool {
    guard let text, total.present > 0 else { return true }
    if total.distinct <= 20, text.meanLength <= 100 { return true }
    let ratio = Double(total.distinct) / Double(total.present)
    if text.meanLength > 50 || text.meanWords > 5 { return ratio < 0.02 && text.meanLength <= 100 }
    return ratio <= (text.meanWords < 2 ? 0.5 : 0.2)
  }

  /// Whether values that are all different name the row: a running number, or a word without spaces.
  static func looksLikeIdentity(
    _ column: TableShaping.Column, _ total: Profiler.Totals, _ text: Profiler.TextShape?
  ) -> Bool {
    switch column.type {
    case "BIGINT":
      guard let minimum = total.minimum, let maximum = total.maximum else { return false }
      return maximum - minimum + 1 <= Double(total.present) * 1.01
        || isNamedAsIdentity(column.name)
    case "VARCHAR":
      guard let text else { return false }
      return text.meanWords < 1.5 && text.meanLength <= 64
    default: return false
    }
  }

  private static func isNamedAsIdentity(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.contains {
      ["id", "uuid", "guid", "key", "rowid", "index", "identifier"].contains($0)
    }
  }

  /// The part that a column plays.
  static func role(
    of column: TableShaping.Column, type: ColumnType, isIdentityLike: Bool,
    _ request: DatasetRequest
  ) -> DatasetManifest.Role {
    let name = column.name
    if name == request.target { return .target }
    if name == request.time { return .time }
    if name == request.series { return .series }
    if request.exclude.contains(name) { return .identity }
    if case .group(name) = request.split.rule { return .identity }
    if case .time(name) = request.split.rule { return type == .timestamp ? .time : .identity }
    return isIdentityLike ? .identity : .feature
  }
}
