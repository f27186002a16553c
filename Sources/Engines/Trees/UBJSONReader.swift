/// A value of Universal Binary JSON (draft 12, ubjson.org), the format of XGBoost's model files.
enum UBJSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case array([UBJSON])
  /// A strongly typed array of 32-bit floats.
  case floats([Float])
  /// A strongly typed array of whole numbers of any width.
  case integers([Int])
  case object([String: UBJSON])

  subscript(key: String) -> UBJSON? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }

  var elements: [UBJSON]? { if case .array(let elements) = self { elements } else { nil } }

  /// The whole numbers of a typed array, or of an array whose elements all are whole.
  var wholeNumbers: [Int]? {
    switch self {
    case .integers(let numbers): return numbers
    case .array(let elements):
      let numbers = elements.compactMap {
        if case .integer(let number) = $0 { number } else { nil }
      }
      return numbers.count == elements.count ? numbers : nil
    default: return nil
    }
  }

  var realNumbers: [Float]? {
    switch self {
    case .floats(let numbers): return numbers
    case .array(let elements) where elements.isEmpty: return []
    default: return nil
    }
  }
}

/// Reads Universal Binary JSON; refuses what is cut off or nested too deep.
struct UBJSONReader {
  private let bytes: [UInt8]
  private var place = 0

  private struct Malformed: Error {}

  /// The value that `bytes` hold; nil where they are not Universal Binary JSON.
  static func read(_ bytes: [UInt8]) -> UBJSON? {
    var reader = UBJSONReader(bytes: bytes)
    // Malformed is the only error, and nil says it.
    return try? reader.value(marker: reader.byte(), depth: 0)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func byte() throws(Malformed) -> UInt8 {
    guard place < bytes.count else { throw Malformed() }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func bits(_ count: Int) throws(Malformed) -> UInt64 {
    guard place + count <= bytes.count else { throw Malformed() }
    var bits: UInt64 = 0
    for _ in 0..<count {
      bits = bits << 8 | UInt64(bytes[place])
      place += 1
    }
    return bits
  }

  private mutating func integer(_ marker: UInt8) throws(Malformed) -> Int {
    switch marker {
    case UInt8(ascii: "U"): Int(try bits(1))
    case UInt8(ascii: "i"): Int(Int8(truncatingIfNeeded: try bits(1)))
    case UInt8(ascii: "I"): Int(Int16(truncatingIfNeeded: try bits(2)))
    case UInt8(ascii: "l"): Int(Int32(truncatingIfNeeded: try bits(4)))
    case UInt8(ascii: "L"): Int(Int64(bitPattern: try bits(8)))
    default: throw Malformed()
    }
  }

  private mutating func length() throws(Malformed) -> Int {
    let length = try integer(byte())
    // Nothing is longer than what is left; an element takes a byte or more.
    guard length >= 0, length <= bytes.count - place else { throw Malformed() }
    return length
  }

  private mutating func string() throws(Malformed) -> String {
    let length = try length()
    defer { place += length }
    return String(decoding: bytes[place..<place + length], as: UTF8.self)
  }

  private mutating func value(marker: UInt8, depth: Int) throws(Malformed) -> UBJSON {
    guard depth < 64 else { throw Malformed() }
    switch marker {
    case UInt8(ascii: "Z"): return .null
    case UInt8(ascii: "N"): return try value(marker: byte(), depth: depth + 1)
    case UInt8(ascii: "T"): return .bool(true)
    case UInt8(ascii: "F"): return .bool(false)
    case UInt8(ascii: "d"):
      return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try bits(4)))))
    case UInt8(ascii: "D"): return .float(Double(bitPattern: try bits(8)))
    case UInt8(ascii: "S"), UInt8(ascii: "H"): return .string(try string())
    case UInt8(ascii: "C"):
      return .string(String(Unicode.Scalar(UInt8(truncatingIfNeeded: try bits(1)))))
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "{"): return try object(depth: depth)
    default: return .integer(try integer(marker))
    }
  }

  private mutating func array(depth: Int) throws(Malformed) -> UBJSON {
    var marker = try byte()
    var type: UInt8?
    if marker == UInt8(ascii: "$") {
      type = try byte()
      marker = try byte()
    }
    guard marker == UInt8(ascii: "#") else {
      guard type == nil else { throw Malformed() }
      var elements: [UBJSON] = []
      while marker != UInt8(ascii: "]") {
        elements.append(try value(marker: marker, depth: depth + 1))
        marker = try byte()
      }
      return .array(elements)
    }
    let count = try length()
    guard let type else {
      var elements: [UBJSON] = []
      for _ in 0..<count { elements.append(try value(marker: byte(), depth: depth + 1)) }
      return .array(elements)
    }
    if type == UInt8(ascii: "d") {
      var floats: [Float] = []
      floats.reserveCapacity(count)
      for _ in 0..<count {
        floats.append(Float(bitPattern: UInt32(truncatingIfNeeded: try bits(4))))
      }
      return .floats(floats)
    }
    var integers: [Int] = []
    integers.reserveCapacity(count)
    for _ in 0..<count { integers.append(try integer(type)) }
    return .integers(integers)
  }

  private mutating func object(depth: Int) throws(Malformed) -> UBJSON {
    var members: [String: UBJSON] = [:]
    while true {
      guard place < bytes.count else { throw Malformed() }
      if bytes[place] == UInt8(ascii: "}") {
        place += 1
        return .object(members)
      }
      let key = try string()
      members[key] = try value(marker: byte(), depth: depth + 1)
    }
  }
}
