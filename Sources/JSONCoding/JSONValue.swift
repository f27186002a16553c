/// Any JSON document as a value; objects keep the order of their keys.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Keys are unique: of a repeated key the last value holds.
  case object([JSONMember])

  /// Reads one document.
  ///
  /// - Parameter acceptsPythonNumbers: whether `NaN` and `Infinity` are numbers.
  public init(
    parsing bytes: [UInt8], depthLimit: Int = 128, acceptsPythonNumbers: Bool = false
  ) throws(JSONError) {
    self = try JSONReader.read(bytes, depthLimit: depthLimit) { reader throws(JSONError) in
      reader.acceptsPythonNumbers = acceptsPythonNumbers
      let value = try reader.readValue()
      try reader.finish()
      return value
    }
  }

  /// Reads one document.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

  /// The value of a key, nil where this is no object or lacks it.
  public subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The element at an index, nil where this is no array or is shorter.
  public subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string, else nil.
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  /// The value of a number, else nil.
  public var numberValue: Double? { if case .number(let value) = self { value } else { nil } }
  /// The value of a boolean, else nil.
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements of an array, else nil.
  public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object, else nil.
  public var objectValue: [JSONMember]? { if case .object(let value) = self { value } else { nil } }
  /// Whether this is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// Compact JSON.
  public func encoded() -> [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }
}

/// One key and value of an object.
public struct JSONMember: Sendable, Equatable {
  /// The name.
  public var key: String
  /// What it names.
  public var value: JSONValue

  /// A member of an object.
  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue: Equatable {
  /// Equal documents; the order of keys does not matter.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a == b || (a.count == b.count && a.sorted { $0.key < $1.key } == b.sorted { $0.key < $1.key })
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }
}

extension JSONReader {
  /// Reads one value of any kind.
  public mutating func readValue() throws(JSONError) -> JSONValue {
    switch try peek() {
    case .null:
      _ = try readNull()
      return .null
    case .bool: return .bool(try readBool())
    case .number: return .number(try readDouble())
    case .string: return .string(try readString())
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try readValue()) }
      return .array(elements)
    case .object:
      var members: [JSONMember] = []
      var positions: [String: Int] = [:]
      try beginObject()
      while let key = try nextKey()?.string {
        let value = try readValue()
        // A few keys are compared one by one; many are looked up.
        if members.count == 16 {
          for (position, member) in members.enumerated() { positions[member.key] = position }
        }
        let known =
          members.count < 16
          ? members.firstIndex { $0.key == key } : positions[key]
        if let known {
          members[known].value = value
        } else {
          if members.count >= 16 { positions[key] = members.count }
          members.append(JSONMember(key, value))
        }
      }
      return .object(members)
    }
  }
}

extension JSONWriter {
  /// Writes a value of any kind.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(string: member.key)
        self.value(member.value)
      }
      endObject()
    }
  }
}

extension JSONValue: Codable {
  /// Decodes any value; the order of keys is lost, they come sorted.
  public init(from decoder: any Decoder) throws {
    if let members = try? decoder.singleValueContainer().decode([String: JSONValue].self) {
      // Not an object: the next attempts tell. A dictionary's keys are data, never renamed.
      self = .object(
        members.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      // Not an array: the next attempts tell.
      var elements: [JSONValue] = []
      while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
      self = .array(elements)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      // Not a boolean: the next attempts tell.
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      // Not a number: a string is what is left.
      self = .number(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members):
      // A dictionary's keys are data, never renamed; of equal ones the last holds.
      let dictionary = Dictionary(
        members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
      var container = encoder.singleValueContainer()
      try container.encode(dictionary)
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .null, .bool, .number, .string:
      var container = encoder.singleValueContainer()
      switch self {
      case .bool(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .string(let value): try container.encode(value)
      case .null, .array, .object: try container.encodeNil()
      }
    }
  }
}
