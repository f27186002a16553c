/// What the `.gitignore` files from a folder down to one of its folders leave out (gitignore(5)).
struct IgnoreRules: Sendable {
  private struct Rule: Sendable {
    var pattern: GlobPattern
    /// Takes a path in again that an earlier rule leaves out.
    var takesIn: Bool
    var isForFolders: Bool
    /// Whether it holds for paths from its file's folder, and not for names wherever they are.
    var isAnchored: Bool
  }

  /// Rules of the outermost file first, each with the folder of its file: empty, or with a slash at its end.
  private var files: [(base: String, rules: [Rule])] = []

  /// Adds the rules of a file in a folder below those that are known.
  ///
  /// - Parameter base: the folder's path; empty for the first, else with a slash at its end.
  mutating func add(_ text: [UInt8], base: String) {
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let rules = text[start...].split(separator: UInt8(ascii: "\n")).compactMap { Self.rule($0) }
    files.append((base, rules))
  }

  /// Whether a path below the outermost folder is left out, its own folder being in.
  func leavesOut(_ path: String, isFolder: Bool) -> Bool {
    let name = path.split(separator: "/").last.map { Array($0.utf8) } ?? []
    for (base, rules) in files.reversed() {
      let local = path.utf8.dropFirst(base.utf8.count)
      for rule in rules.reversed() where isFolder || !rule.isForFolders {
        if rule.isAnchored ? rule.pattern.matches(local) : rule.pattern.matches(name) {
          return !rule.takesIn
        }
      }
    }
    return false
  }

  private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
    let slash = UInt8(ascii: "/")
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    dropSpaces(&line)
    guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
    let takesIn = first == UInt8(ascii: "!")
    if takesIn { line.removeFirst() }
    let isForFolders = line.last == slash
    if isForFolders { line.removeLast() }
    guard !line.isEmpty else { return nil }
    let isAnchored = line.contains(slash)
    if line.first == slash { line.removeFirst() }
    return Rule(
      pattern: GlobPattern(line), takesIn: takesIn, isForFolders: isForFolders,
      isAnchored: isAnchored)
  }

  /// Spaces at the end do not count unless a backslash stands before them.
  private static func dropSpaces(_ line: inout ArraySlice<UInt8>) {
    var isEscaped = false
    var end = line.startIndex
    for place in line.indices {
      if isEscaped || line[place] != UInt8(ascii: " ") { end = place + 1 }
      isEscaped = !isEscaped && line[place] == UInt8(ascii: "\\")
    }
    line = line[..<end]
  }
}
