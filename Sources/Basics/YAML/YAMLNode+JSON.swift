public import JSONCoding

extension YAMLNode {
  /// The node as JSON; numbers, truth and nothing as YAML's core schema has them.
  public var json: JSONValue {
    switch content {
    case .list(let items): return .array(items.map(\.json))
    case .mapping(let entries): return .object(entries.map { JSONMember($0.key, $0.value.json) })
    case .scalar(let text, _):
      switch scalar {
      case .null, nil: return .null
      case .bool(let value): return .bool(value)
      case .integer(let value): return .number(Double(value))
      case .number(let value): return .number(value)
      case .text: return .string(text)
      }
    }
  }
}
