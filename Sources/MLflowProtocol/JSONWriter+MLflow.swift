public import JSONCoding

extension JSONWriter {
  /// A member that is a text.
  public mutating func member(_ key: StaticString, _ value: String) {
    self.key(key)
    string(value)
  }

  /// A member that is a text, left out where there is none.
  public mutating func member(ifAny key: StaticString, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    member(key, value)
  }

  /// A member that is a whole number.
  public mutating func member(_ key: StaticString, _ value: Int64) {
    self.key(key)
    integer(value)
  }

  /// A member that is a double; what is not finite travels as a text.
  public mutating func member(_ key: StaticString, _ value: Double) {
    self.key(key)
    if value.isFinite {
      number(value)
    } else {
      string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }
  }

  /// A member that is an array, left out where it is empty.
  public mutating func member<Elements: Collection>(
    _ key: StaticString, _ elements: Elements,
    _ write: (inout JSONWriter, Elements.Element) throws -> Void
  ) rethrows {
    guard !elements.isEmpty else { return }
    self.key(key)
    beginArray()
    for element in elements { try write(&self, element) }
    endArray()
  }

  /// A member that is an array of `{"key": …, "value": …}`, sorted by key.
  public mutating func member(_ key: StaticString, pairs: [String: String]) {
    member(key, pairs.sorted { $0.key < $1.key }) { writer, pair in
      writer.beginObject()
      writer.member("key", pair.key)
      writer.member("value", pair.value)
      writer.endObject()
    }
  }
}
