public import JSONCoding

/// The fields of a request, from its body or its query, with MLflow's checks and words.
public struct MLflowFields: Sendable {
  /// The object that holds them.
  public let members: JSONValue
  /// Whether they come from a query, where every value is a text.
  public var isQuery = false
  /// The body as it came, to tell `9.0` from `9` when a value is refused.
  public var source: [UInt8] = []

  /// Takes an object; of a query every value is a text.
  public init(members: JSONValue, isQuery: Bool = false, source: [UInt8] = []) {
    self.members = members
    self.isQuery = isQuery
    self.source = source
  }

  /// The same fields with a text in one of them.
  public func setting(_ name: String, to text: String) -> MLflowFields {
    let others = (members.objectValue ?? []).filter { $0.key != name }
    return MLflowFields(members: .object(others + [JSONMember(name, .string(text))]))
  }

  /// The number of a version, as a text or as a number.
  public func version() throws -> Int {
    guard let value = self["version"], value.stringValue != "" else {
      throw Self.missing("version")
    }
    if let number = value.numberValue.flatMap({ Int(exactly: $0) }) { return number }
    guard let text = value.stringValue, let number = Int(text) else {
      let written = value.stringValue ?? String(decoding: value.encoded(), as: UTF8.self)
      throw MLflowFailure(
        .invalidParameterValue, "Parameter 'version' must be an integer, got '\(written)'.")
    }
    return number
  }

  /// A value that is there; null counts as absent.
  ///
  /// In a body, `runName` is `run_name` too: JSON of Protocol Buffers may be written either way.
  public subscript(_ name: String) -> JSONValue? {
    var value = members[name]
    if value == nil, !isQuery { value = members[Self.inCamelCase(name)] }
    guard let value, !value.isNull else { return nil }
    return value
  }

  /// `runName` of `run_name`.
  private static func inCamelCase(_ name: String) -> String {
    guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
    var bytes: [UInt8] = []
    var isStart = false
    for byte in name.utf8 {
      guard byte != UInt8(ascii: "_") else {
        isStart = true
        continue
      }
      let isSmall = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      bytes.append(isStart && isSmall ? byte - 32 : byte)
      isStart = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text that must be there and not be empty.
  public func required(_ name: String) throws -> String {
    guard let text = try string(name), !text.isEmpty else { throw Self.missing(name) }
    return text
  }

  /// A text; numbers and the like are refused.
  public func string(_ name: String) throws -> String? {
    guard let value = self[name] else { return nil }
    // A NUL would end the text for SQLite.
    guard let text = value.stringValue, !text.utf8.contains(0) else {
      throw invalid(name, value)
    }
    return text
  }

  /// A whole number, as a number or as digits in a text.
  public func integer(_ name: String) throws -> Int64? {
    guard let value = self[name] else { return nil }
    switch value {
    case .number(let number):
      // Beyond 2^53 a double has lost digits that the body still has.
      if abs(number) >= 0x1p53, let whole = writtenInteger(name) { return whole }
      if let whole = Int64(exactly: number) { return whole }
    case .string(let text):
      if text.isEmpty { return nil }
      if let whole = Int64(text) { return whole }
    case .null, .bool, .array, .object: break
    }
    throw Self.invalid(name, value)
  }

  /// The whole number of a field as the body has it, digit by digit.
  private func writtenInteger(_ name: String) -> Int64? {
    // A body that cannot be read again leaves the number as it was read.
    guard !source.isEmpty, let text = try? JSONObjectText(parsing: source),
      let raw = text[name] ?? text[Self.inCamelCase(name)]
    else { return nil }
    return Int64(String(decoding: raw, as: UTF8.self))
  }

  /// A whole number in a range.
  public func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int
  {
    guard let number = try integer(name) else { return value }
    guard number >= range.lowerBound else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid value \(number) for parameter '\(name)' supplied. It must be a positive integer")
    }
    guard number <= range.upperBound else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid value \(number) for parameter '\(name)' supplied. "
          + "It must be at most \(range.upperBound)")
    }
    return Int(number)
  }

  /// A double, as a number or as a text such as `NaN` or `-Infinity`.
  public func double(_ name: String) throws -> Double? {
    guard let value = self[name] else { return nil }
    if let number = value.numberValue { return number }
    guard let text = value.stringValue, let number = Double(text) else {
      throw Self.invalid(name, value)
    }
    return number
  }

  /// `true` or `false`, also as a text.
  public func bool(_ name: String) throws -> Bool? {
    guard let value = self[name] else { return nil }
    if let bool = value.boolValue { return bool }
    switch value.stringValue?.lowercased() {
    case "true": return true
    case "false": return false
    default: throw Self.invalid(name, value)
    }
  }

  /// An array; absent is empty.
  public func array(_ name: String) throws -> [JSONValue] {
    guard let value = self[name] else { return [] }
    guard let elements = value.arrayValue else { throw Self.invalid(name, value) }
    return elements
  }

  /// An array of texts; one text alone, as in a query, is an array of one.
  public func strings(_ name: String) throws -> [String] {
    guard let value = self[name] else { return [] }
    if let text = value.stringValue, isQuery { return [text] }
    return try array(name).map { element in
      guard let text = element.stringValue else { throw Self.invalid(name, value) }
      return text
    }
  }

  /// An array of objects.
  public func objects(_ name: String) throws -> [MLflowFields] {
    try array(name).map { element in
      guard case .object = element else { throw Self.invalid(name, .array([element])) }
      return MLflowFields(members: element)
    }
  }

  /// An object.
  public func object(_ name: String) throws -> MLflowFields? {
    guard let value = self[name] else { return nil }
    guard case .object = value else { throw Self.invalid(name, value) }
    return MLflowFields(members: value)
  }

  /// An array of `{"key": …, "value": …}`; of a repeated key the last value holds.
  public func pairs(_ name: String) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for entry in try objects(name) {
      pairs[try entry.required("key")] = try entry.string("value") ?? ""
    }
    return pairs
  }

  /// Says that a field is missing.
  public static func missing(_ name: String) -> MLflowFailure {
    MLflowFailure(
      .invalidParameterValue,
      "Missing value for required parameter '\(name)'. "
        + "See the API docs for more information about request parameters.")
  }

  /// Says that a field holds what it cannot hold.
  public static func invalid(_ name: String, _ value: JSONValue) -> MLflowFailure {
    let written = String(decoding: value.encoded().prefix(1_000), as: UTF8.self)
    return invalid(name, value, written: written)
  }

  /// The same, with a number as the client wrote it.
  private func invalid(_ name: String, _ value: JSONValue) -> MLflowFailure {
    guard value.numberValue != nil,
      // Nothing wrong is told where the body cannot be read a second time.
      let raw = try? JSONObjectText(parsing: source)[name]
    else { return Self.invalid(name, value) }
    return Self.invalid(name, value, written: String(decoding: raw.prefix(1_000), as: UTF8.self))
  }

  private static func invalid(
    _ name: String, _ value: JSONValue, written: String
  ) -> MLflowFailure {
    MLflowFailure(
      .invalidParameterValue,
      "Invalid value \(written) for parameter '\(name)' supplied:  Hint: Value was of type "
        + "'\(pythonType(value, written))'. "
        + "See the API docs for more information about request parameters.")
  }

  private static func pythonType(_ value: JSONValue, _ written: String) -> String {
    switch value {
    case .null: "NoneType"
    case .bool: "bool"
    case .number: written.contains { ".eEIN".contains($0) } ? "float" : "int"
    case .string: "str"
    case .array: "list"
    case .object: "dict"
    }
  }
}
