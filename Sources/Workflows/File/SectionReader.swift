internal import Basics

/// Gathers what is wrong with a file, so that one look corrects all of it.
final class ProblemList {
  private(set) var problems: [WorkflowFileError.Problem] = []

  func add(_ line: Int, _ message: String) {
    problems.append(WorkflowFileError.Problem(line: line, message: message))
  }

  func addNotYet(_ line: Int, _ message: String) {
    problems.append(
      WorkflowFileError.Problem(line: line, message: message, isNotYetPossible: true))
  }
}

/// Reads one mapping of a workflow file key by key; what it refuses goes to the problem list.
///
/// A key that is absent, or null, gives nil without a problem; one that has the wrong shape gives
/// nil and a problem with its line, what was expected, and the nearest valid word.
struct SectionReader {
  /// Where the mapping stands in the file, such as `data.split`; empty at the top.
  let path: String
  /// Line of the key that holds the mapping.
  let line: Int
  let problems: ProblemList
  private var entries: [(key: String, line: Int, value: YAMLNode)] = []

  /// - Parameters:
  ///   - known: the keys that the mapping may have.
  ///   - later: keys that are known but not possible yet, each with the reason as a sentence.
  init(
    _ node: YAMLNode, path: String, line: Int? = nil, known: [String],
    later: [String: String] = [:], problems: ProblemList
  ) {
    self.path = path
    self.line = line ?? node.line
    self.problems = problems
    switch node.content {
    case .mapping(let entries):
      for entry in entries { accept(entry, known: known, later: later) }
    case .scalar where node.isNull: break
    case .scalar, .list:
      problems.add(
        node.line,
        "\(path.isEmpty ? "" : path + ": ")expected keys and values "
          + "(\(known.prefix(3).joined(separator: ", "))…), found \(node.kindDescription)")
    }
  }

  private mutating func accept(_ entry: YAMLEntry, known: [String], later: [String: String]) {
    if known.contains(entry.key) {
      entries.append((entry.key, entry.keyNode.line, entry.value))
    } else if let reason = later[entry.key] {
      problems.addNotYet(entry.keyNode.line, "\(joined(entry.key)): \(reason)")
    } else {
      let place = path.isEmpty ? "" : " in \(path)"
      let advice =
        nearestWord(to: entry.key, among: known + later.keys.sorted())
        .map { "did you mean '\($0)'?" } ?? "known keys: \(known.joined(separator: ", "))"
      problems.add(
        entry.keyNode.line, "unknown key \(visible(entry.key))\(place); \(advice)")
    }
  }

  /// Full name of a key of this mapping.
  func joined(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Line of a key, or of the mapping where the key is absent.
  func line(of key: String) -> Int { entries.first { $0.key == key }?.line ?? line }

  /// Whether a key has a value.
  func has(_ key: String) -> Bool { node(key) != nil }

  /// Whether a key stands there, be it without a value.
  func mentions(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// The value of a key, unless it is absent or null.
  func node(_ key: String) -> YAMLNode? {
    entries.first { $0.key == key }.map(\.value).flatMap { $0.isNull ? nil : $0 }
  }

  func refuse(_ key: String, expected: String, found: YAMLNode, nearest: String? = nil) {
    let advice = nearest.map { "; did you mean '\($0)'?" } ?? ""
    problems.add(
      found.line, "\(joined(key)): expected \(expected), found \(found.kindDescription)\(advice)")
  }

  /// Says that a key must be there.
  func require(_ key: String, _ meaning: String) {
    guard node(key) == nil else { return }
    problems.add(
      line(of: key), "\(path.isEmpty ? "" : path + ": ")'\(key)' is missing: \(meaning)")
  }
}

extension YAMLNode {
  /// The text of a scalar that is not null, whatever type it would resolve to.
  var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  /// A whole number.
  var int: Int? {
    guard case .integer(let value) = scalar else { return nil }
    return Int(exactly: value)
  }

  /// A number, whole or not.
  var double: Double? {
    switch scalar {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .bool, .text, nil: nil
    }
  }
}
