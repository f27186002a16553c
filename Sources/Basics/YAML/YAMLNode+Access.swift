extension YAMLNode {
  /// The entries of a mapping.
  ///
  /// - Parameter noun: what the node is, for the error: `a stage`, `the file`.
  public func mapping(_ noun: String = "a mapping") throws(YAMLError) -> [YAMLEntry] {
    guard case .mapping(let entries) = content else {
      throw wrongType(noun + " (keys and values)")
    }
    return entries
  }

  /// The elements of a list.
  public func list(_ noun: String = "a list") throws(YAMLError) -> [YAMLNode] {
    guard case .list(let elements) = content else { throw wrongType(noun) }
    return elements
  }

  /// The elements of a list, or the node itself as the only one.
  public func listOrOne() -> [YAMLNode] {
    if case .list(let elements) = content { elements } else { [self] }
  }

  /// A text; a number or a boolean without quotes counts as the text that stands in the file.
  public func text(_ noun: String = "a text") throws(YAMLError) -> String {
    guard case .scalar(let text, _) = content, scalar != .null else { throw wrongType(noun) }
    return text
  }

  /// A number that is not NaN or infinite, whole or not.
  public func number(_ noun: String = "a number") throws(YAMLError) -> Double {
    switch scalar {
    case .integer(let value): return Double(value)
    case .number(let value) where value.isFinite: return value
    case .number, .null, .bool, .text, nil: throw wrongType(noun)
    }
  }

  /// A number in a range.
  public func number(in range: ClosedRange<Double>) throws(YAMLError) -> Double {
    let value = try number()
    guard range.contains(value) else {
      throw error(
        .impossibleValue,
        "expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    return value
  }

  /// A whole number in a range; `3.0` counts as 3.
  public func integer(in range: ClosedRange<Int64> = .min ... .max) throws(YAMLError) -> Int64 {
    let value: Int64
    switch scalar {
    case .integer(let whole): value = whole
    case .number(let number):
      guard let whole = Int64(exactly: number) else { throw wrongType("a whole number") }
      value = whole
    case .null, .bool, .text, nil: throw wrongType("a whole number")
    }
    guard range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw error(.impossibleValue, "expected a whole number \(bounds), found \(value)")
    }
    return value
  }

  /// `true` or `false`.
  public func bool() throws(YAMLError) -> Bool {
    guard case .bool(let value) = scalar else { throw wrongType("true or false") }
    return value
  }

  /// A name that may become part of a path.
  public func safeName(of noun: String) throws(YAMLError) -> SafeName {
    let text = try text("a name for a \(noun)")
    do throws(BasicsError) {
      return try SafeName(text, of: noun)
    } catch {
      throw self.error(.impossibleValue, error.message, hint: error.hint)
    }
  }

  /// An amount of memory such as `16GB`.
  public func byteCount() throws(YAMLError) -> ByteCount {
    let text = try text("an amount of memory such as 16GB")
    do throws(BasicsError) {
      return try ByteCount(text)
    } catch {
      throw self.error(.impossibleValue, error.message, hint: error.hint)
    }
  }

  /// A length of time such as `120s`.
  public func timeSpan() throws(YAMLError) -> TimeSpan {
    let text = try text("a length of time such as 120s")
    do throws(BasicsError) {
      return try TimeSpan(text)
    } catch {
      throw self.error(.impossibleValue, error.message, hint: error.hint)
    }
  }

  /// One of some words, by their raw values; the nearest is the hint.
  public func word<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type = Word.self
  ) throws(YAMLError) -> Word {
    let words = Word.allCases.map(\.rawValue)
    let text = try text("one of \(words.joined(separator: ", "))")
    guard let word = Word(rawValue: text) else { throw unknownWord(text, among: words) }
    return word
  }

  /// One of some words; the nearest is the hint.
  public func word(among words: [String]) throws(YAMLError) -> String {
    let text = try text("one of \(words.joined(separator: ", "))")
    guard words.contains(text) else { throw unknownWord(text, among: words) }
    return text
  }

  /// The value of a key; nil where the mapping lacks it.
  public func value(of key: String) throws(YAMLError) -> YAMLNode? {
    try mapping().first { $0.key == key }?.value
  }

  /// The value of a key that must be there.
  public func required(_ key: String, in noun: String) throws(YAMLError) -> YAMLNode {
    guard let value = try value(of: key) else {
      throw error(.missingKey, "\(noun) needs the key '\(key)'")
    }
    return value
  }

  /// Refuses keys that nobody knows, with the nearest known one as the hint.
  public func refuseKeys(otherThan known: [String], in noun: String) throws(YAMLError) {
    for entry in try mapping(noun) where !known.contains(entry.key) {
      throw entry.keyNode.error(
        .unknownKey, "\(noun) has no key \(visible(entry.key))",
        hint: suggestion(for: entry.key, among: known, noun: "key"))
    }
  }

  /// The error for a node of another kind than `expected`.
  public func wrongType(_ expected: String) -> YAMLError {
    error(.wrongType, "expected \(expected), found \(kindDescription)")
  }

  private func unknownWord(_ text: String, among words: [String]) -> YAMLError {
    error(
      .impossibleValue, "expected one of \(words.joined(separator: ", ")), found \(visible(text))",
      hint: nearestWord(to: text, among: words).map { "did you mean '\($0)'?" })
  }

  private func suggestion(for word: String, among known: [String], noun: String) -> String {
    nearestWord(to: word, among: known).map { "did you mean '\($0)'?" }
      ?? "known: \(known.joined(separator: ", "))"
  }
}
