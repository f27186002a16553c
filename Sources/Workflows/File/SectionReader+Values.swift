internal import Basics
internal import Optimization

extension SectionReader {
  /// A text that is not empty.
  func text(_ key: String, _ expected: String = "a text") -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text, !text.isEmpty else {
      refuse(key, expected: expected, found: node)
      return nil
    }
    return text
  }

  /// A name that may become part of a path or URL.
  func name(_ key: String, of noun: String) -> String? {
    guard let node = node(key) else { return nil }
    do throws(BasicsError) {
      return try SafeName(node.text ?? "", of: noun).rawValue
    } catch {
      refuse(
        key,
        expected: "a name of letters, digits, '.', '_' and '-' that starts with a letter or digit",
        found: node)
      return nil
    }
  }

  /// One of some words.
  func word(_ key: String, among words: [String]) -> String? {
    guard let node = node(key) else { return nil }
    if let text = node.text, words.contains(text) { return text }
    refuse(
      key, expected: SectionReader.either(words), found: node,
      nearest: node.text.flatMap { nearestWord(to: $0, among: words) })
    return nil
  }

  /// A pruner by its name.
  func pruner(_ key: String) -> PrunerName? {
    if let pruner = node(key)?.text.flatMap(PrunerName.init(rawValue:)) { return pruner }
    return word(key, among: PrunerName.allCases.map(\.rawValue)).flatMap(PrunerName.init(rawValue:))
  }

  /// A list of some words, at least one and none twice.
  func words(_ key: String, among words: [String]) -> [String]? {
    guard let node = node(key) else { return nil }
    guard case .list(let items) = node.content, !items.isEmpty else {
      refuse(key, expected: "a list with \(SectionReader.either(words))", found: node)
      return nil
    }
    var result: [String] = []
    for item in items {
      guard let text = item.text, words.contains(text) else {
        refuse(
          key, expected: SectionReader.either(words), found: item,
          nearest: item.text.flatMap { nearestWord(to: $0, among: words) })
        return nil
      }
      guard !result.contains(text) else {
        problems.add(item.line, "\(joined(key)): \(visible(text)) stands twice")
        return nil
      }
      result.append(text)
    }
    return result
  }

  /// A whole number within bounds.
  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = node(key) else { return nil }
    guard let value = node.int, range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
      refuse(key, expected: "a whole number \(bounds)", found: node)
      return nil
    }
    return value
  }

  /// A finite number.
  func number(_ key: String, _ expected: String = "a number") -> Double? {
    guard let node = node(key) else { return nil }
    guard let value = node.double, value.isFinite else {
      refuse(key, expected: expected, found: node)
      return nil
    }
    return value
  }

  /// A number above 0.
  func positive(_ key: String) -> Double? {
    guard let value = number(key, "a number above 0") else { return nil }
    guard value > 0 else {
      problems.add(
        line(of: key), "\(joined(key)): expected a number above 0, found \(value)")
      return nil
    }
    return value
  }

  /// A share of the rows: from 0 to below 1.
  func share(_ key: String) -> Double? {
    guard let node = node(key) else { return nil }
    guard let value = node.double, value >= 0, value < 1 else {
      refuse(key, expected: "a share from 0 to below 1, such as 0.2", found: node)
      return nil
    }
    return value
  }

  /// `true`; the conditions that can only be switched on.
  func isTrue(_ key: String) -> Bool? {
    guard let node = node(key) else { return nil }
    guard case .bool(true) = node.scalar else {
      refuse(key, expected: "true", found: node)
      return nil
    }
    return true
  }

  /// A length of time in milliseconds, longer than nothing.
  func timeSpan(_ key: String) -> Int64? {
    guard let node = node(key) else { return nil }
    // The reason is the same for every text that is no time span, and is said below.
    guard let span = try? TimeSpan(node.text ?? ""), span.milliseconds > 0 else {
      refuse(key, expected: "a length of time such as 120s, 15m or 2h", found: node)
      return nil
    }
    return span.milliseconds
  }

  /// An amount of memory in bytes.
  func byteCount(_ key: String) -> Int64? {
    guard let node = node(key) else { return nil }
    // The reason is the same for every text that is no amount, and is said below.
    guard let count = try? ByteCount(node.text ?? ""), count.bytes > 0 else {
      refuse(key, expected: "an amount of memory such as 16GB or 512MiB", found: node)
      return nil
    }
    return count.bytes
  }

  /// A list of texts without repetition, such as column names.
  func texts(_ key: String, _ expected: String = "a list of column names, such as [id, name]")
    -> [String]?
  {
    guard let node = node(key) else { return nil }
    guard case .list(let items) = node.content else {
      refuse(key, expected: expected, found: node)
      return nil
    }
    var result: [String] = []
    for item in items {
      guard let text = item.text, !text.isEmpty else {
        refuse(key, expected: expected, found: item)
        return nil
      }
      guard !result.contains(text) else {
        problems.add(item.line, "\(joined(key)): \(visible(text)) stands twice")
        return nil
      }
      result.append(text)
    }
    return result
  }

  /// A mapping under a key.
  func section(_ key: String, known: [String], later: [String: String] = [:]) -> SectionReader? {
    guard let node = node(key) else { return nil }
    return SectionReader(
      node, path: joined(key), line: line(of: key), known: known, later: later, problems: problems)
  }

  /// The mappings of a list under a key, each named by its number from 1.
  func sections(_ key: String, _ expected: String, known: [String]) -> [SectionReader] {
    guard let node = node(key) else { return [] }
    guard case .list(let items) = node.content else {
      refuse(key, expected: expected, found: node)
      return []
    }
    return items.enumerated().map { number, item in
      SectionReader(
        item, path: "\(joined(key))[\(number + 1)]", known: known, problems: problems)
    }
  }

  /// Words as a choice: `a, b or c`.
  static func either(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
