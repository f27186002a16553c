extension JSONReader {
  /// Reads one value of any kind as the bytes that it is written in, checked but not changed.
  ///
  /// Keeps what a `JSONValue` does not: the order of keys, `1.0` apart from `1`, and whole numbers
  /// beyond 2^53.
  public mutating func readRaw() throws(JSONError) -> [UInt8] {
    _ = skipSpace()
    let start = offset
    try skipValue()
    return Array(bytes[start..<offset])
  }

  /// Reads one value of any kind in a form that is the same for equal values.
  ///
  /// Keys come sorted, of a repeated key the last value holds, strings have the escapes that they
  /// need, and numbers stay as they are written.
  public mutating func readCanonical() throws(JSONError) -> [UInt8] {
    var writer = JSONWriter()
    switch try peek() {
    case .object:
      var members: [String: [UInt8]] = [:]
      try beginObject()
      while let key = try nextKey()?.string { members[key] = try readCanonical() }
      writer.beginObject()
      for member in members.sorted(by: { $0.key < $1.key }) {
        writer.key(string: member.key)
        writer.raw(member.value)
      }
      writer.endObject()
    case .array:
      try beginArray()
      writer.beginArray()
      while try nextElement() { writer.raw(try readCanonical()) }
      writer.endArray()
    case .string: writer.string(try readString())
    case .number, .bool, .null: return try readRaw()
    }
    return writer.bytes
  }
}
