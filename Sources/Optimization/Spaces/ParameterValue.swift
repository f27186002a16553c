public import Basics

/// A value of one parameter.
public enum ParameterValue: Sendable, Hashable {
  case float(Double)
  case int(Int)
  case category(String)
  case bool(Bool)

  /// The value as text: numbers in their shortest exact form.
  public var text: String {
    switch self {
    case .float(let number): return number.description
    case .int(let number): return number.description
    case .category(let word): return word
    case .bool(let flag): return flag ? "true" : "false"
    }
  }

  /// The value as a number, a boolean as 0 or 1; nil for words.
  public var number: Double? {
    switch self {
    case .float(let number): return number
    case .int(let number): return Double(number)
    case .bool(let flag): return flag ? 1 : 0
    case .category: return nil
    }
  }

  /// Whether both say the same, be it as float, int or the word for it.
  func means(_ other: ParameterValue) -> Bool {
    self == other || text == other.text || (number != nil && number == other.number)
  }
}

extension ParameterValue {
  /// The value as JSON.
  public var json: JSONValue {
    switch self {
    case .float(let number): return .number(number)
    case .int(let number): return .number(Double(number))
    case .category(let word): return .string(word)
    case .bool(let flag): return .bool(flag)
    }
  }

  /// A value read from JSON, where whole numbers are ints until a domain says otherwise; nil for lists, objects and null.
  public init?(json: JSONValue) {
    switch json {
    case .bool(let flag): self = .bool(flag)
    case .string(let word): self = .category(word)
    case .number(let number): self = Int(exactly: number).map(ParameterValue.int) ?? .float(number)
    case .null, .array, .object: return nil
    }
  }
}
