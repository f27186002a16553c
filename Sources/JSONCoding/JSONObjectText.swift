/// A JSON object whose values stay the bytes they were written in.
public struct JSONObjectText: Sendable {
  /// Keys in their order, each once, and the bytes of their values.
  public private(set) var members: [(key: String, value: [UInt8])] = []
  private var positions: [String: Int] = [:]

  /// Starts without members.
  public init() {}

  /// Reads an object; `NaN` and `Infinity` are numbers, because Python writes them.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    self = try JSONReader.read(bytes) { reader throws(JSONError) in
      reader.acceptsPythonNumbers = true
      var object = JSONObjectText()
      try reader.beginObject()
      while let key = try reader.nextKey()?.string { object.set(key, to: try reader.readRaw()) }
      try reader.finish()
      return object
    }
  }

  /// Whether it has no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The bytes of a key's value.
  public subscript(_ key: String) -> [UInt8]? { positions[key].map { members[$0].value } }

  /// Replaces the value of a key in its place, or adds the key at the end.
  public mutating func set(_ key: String, to value: [UInt8]) {
    if let position = positions[key] {
      members[position].value = value
    } else {
      positions[key] = members.count
      members.append((key, value))
    }
  }

  /// Takes the members of another object over, which hold where both have a key.
  public mutating func merge(_ other: JSONObjectText) {
    for member in other.members { set(member.key, to: member.value) }
  }

  /// The object as JSON.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for member in members {
      writer.key(string: member.key)
      writer.raw(member.value)
    }
    writer.endObject()
    return writer.bytes
  }
}
