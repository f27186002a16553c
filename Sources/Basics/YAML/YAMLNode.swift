/// A part of a YAML document with its place: a scalar, a list or a mapping.
///
/// Scalars are typed by the core schema of YAML 1.2: `on`, `yes`, `no` are texts, `1e-5` is a
/// number, and what stands in quotes is always a text.
public struct YAMLNode: Sendable {
  /// What the node is.
  public indirect enum Content: Sendable {
    /// The text and whether it stood in quotes (or in a block, or had the tag `!!str`).
    case scalar(String, isQuoted: Bool)
    case list([YAMLNode])
    /// In the order of the file; keys are unique texts.
    case mapping([YAMLEntry])
  }

  /// What the node is, with its parts.
  public let content: Content
  /// From 1.
  public let line: Int
  /// From 1, in Unicode scalars.
  public let column: Int
  /// The name of the file, for errors.
  public let file: String

  /// An error at this node's place.
  public func error(_ code: YAMLError.Code, _ problem: String, hint: String? = nil) -> YAMLError {
    YAMLError(code, file: file, line: line, column: column, problem: problem, hint: hint)
  }

  /// What the node is, in words for a message: `a list`, `the text 'x'`.
  public var kindDescription: String {
    switch content {
    case .list: "a list"
    case .mapping: "a mapping"
    case .scalar(let text, _):
      switch scalar {
      case .null: "nothing"
      case .bool(let value): "\(value)"
      case .integer, .number: "the number \(text)"
      case .text, nil: "the text \(visible(text))"
      }
    }
  }

  /// Whether the node is empty, `null` or `~`.
  public var isNull: Bool { scalar == .null }

  /// The value of a boolean, else nil.
  public var boolValue: Bool? { if case .bool(let value) = scalar { value } else { nil } }

  /// The value of a whole number, `3.0` included, else nil.
  public var integerValue: Int64? {
    switch scalar {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value)
    case .null, .bool, .text, nil: nil
    }
  }

  /// The value of a number, whole or not, else nil.
  public var numberValue: Double? {
    switch scalar {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .bool, .text, nil: nil
    }
  }

  /// The text of a scalar as it stands in the file; nil for nothing, lists and mappings.
  public var textValue: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }
}

/// One key of a mapping with its value.
public struct YAMLEntry: Sendable {
  /// The key as text.
  public let key: String
  /// The place of the key itself.
  public let keyNode: YAMLNode
  /// What stands after the colon.
  public let value: YAMLNode
}

/// The typed value of a scalar, by the core schema of YAML 1.2 (§10.3.2).
public enum YAMLScalar: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
}

extension YAMLNode {
  /// The typed value; nil for lists and mappings.
  public var scalar: YAMLScalar? {
    guard case .scalar(let text, let isQuoted) = content else { return nil }
    return isQuoted ? .text(text) : Self.resolve(text)
  }

  static func resolve(_ text: String) -> YAMLScalar {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    default: break
    }
    if text.hasPrefix("0o"), let value = Int64(text.dropFirst(2), radix: 8) {
      return .integer(value)
    }
    if text.hasPrefix("0x"), let value = Int64(text.dropFirst(2), radix: 16) {
      return .integer(value)
    }
    guard isNumeral(text) else { return .text(text) }
    if let value = Int64(text) { return .integer(value) }
    return Double(text).map { .number($0) } ?? .text(text)
  }

  /// Whether the text is a number of the core schema: sign, digits, point, exponent.
  private static func isNumeral(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits(_ rest: inout Substring.UTF8View) -> Bool {
      let before = rest.count
      rest = rest.drop { (0x30...0x39).contains($0) }
      return rest.count < before
    }
    func sign(_ rest: inout Substring.UTF8View) {
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
    }
    sign(&rest)
    let hasWhole = digits(&rest)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let hasFraction = digits(&rest)
      guard hasWhole || hasFraction else { return false }
    } else if !hasWhole {
      return false
    }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      sign(&rest)
      guard digits(&rest) else { return false }
    }
    return rest.isEmpty
  }
}
