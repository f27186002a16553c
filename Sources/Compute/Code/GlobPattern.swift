/// A pattern as gitignore(5) has them: `*`, `?`, `[a-z]` and `**` between slashes.
///
/// Works on bytes, as git does. Slashes are matched by `**` between slashes alone.
struct GlobPattern: Sendable {
  private let bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Whether all of a text fits.
  func matches(_ text: some Sequence<UInt8>) -> Bool { matches(from: 0, Array(text)[...]) }

  private static let slash = UInt8(ascii: "/")
  private static let star = UInt8(ascii: "*")

  private func matches(from start: Int, _ text: ArraySlice<UInt8>) -> Bool {
    var (place, rest) = (start, text)
    while place < bytes.count {
      switch bytes[place] {
      case Self.star:
        return matchesStars(at: place, rest)
      case UInt8(ascii: "?"):
        guard let byte = rest.popFirst(), byte != Self.slash else { return false }
        place += 1
      case UInt8(ascii: "["):
        guard let byte = rest.popFirst(), byte != Self.slash,
          let set = ByteSet(bytes, at: place + 1), set.holds(byte)
        else { return false }
        place = set.end
      case UInt8(ascii: "\\"):
        guard place + 1 < bytes.count, rest.popFirst() == bytes[place + 1] else { return false }
        place += 2
      case let byte:
        guard rest.popFirst() == byte else { return false }
        place += 1
      }
    }
    return rest.isEmpty
  }

  private func matchesStars(at start: Int, _ text: ArraySlice<UInt8>) -> Bool {
    let next = bytes[start...].firstIndex { $0 != Self.star } ?? bytes.count
    let standsAlone =
      (start == 0 || bytes[start - 1] == Self.slash)
      && (next == bytes.count || bytes[next] == Self.slash)
    let crossesFolders = next - start > 1 && standsAlone
    // `a/**/b` is `a/b`, too.
    if crossesFolders, next < bytes.count, matches(from: next + 1, text) { return true }
    var rest = text
    while true {
      if matches(from: next, rest) { return true }
      guard let byte = rest.popFirst(), crossesFolders || byte != Self.slash else { return false }
    }
  }
}

/// What stands in brackets: bytes, ranges and classes, perhaps all others.
private struct ByteSet {
  private var bytes: Set<UInt8> = []
  private var isInverted = false
  /// Index after the closing bracket.
  private(set) var end: Int

  func holds(_ byte: UInt8) -> Bool { bytes.contains(byte) != isInverted }

  /// Nil where no bracket closes it, or a class is unknown: then nothing matches.
  init?(_ pattern: [UInt8], at start: Int) {
    end = start
    if end < pattern.count, [UInt8(ascii: "!"), UInt8(ascii: "^")].contains(pattern[end]) {
      isInverted = true
      end += 1
    }
    let first = end
    while true {
      guard end < pattern.count else { return nil }
      if pattern[end] == UInt8(ascii: "]"), end > first {
        end += 1
        return
      }
      if pattern[end] == UInt8(ascii: "["), end + 1 < pattern.count,
        pattern[end + 1] == UInt8(ascii: ":")
      {
        guard let close = Self.classEnd(pattern, from: end + 2),
          let isIn = Self.named(String(decoding: pattern[(end + 2)..<close], as: UTF8.self))
        else { return nil }
        bytes.formUnion((0...UInt8.max).filter(isIn))
        end = close + 2
        continue
      }
      guard let low = Self.literal(pattern, &end) else { return nil }
      var high = low
      if end + 1 < pattern.count, pattern[end] == UInt8(ascii: "-"),
        pattern[end + 1] != UInt8(ascii: "]")
      {
        end += 1
        guard let last = Self.literal(pattern, &end) else { return nil }
        high = last
      }
      if low <= high { bytes.formUnion(low...high) }
    }
  }

  private static func literal(_ pattern: [UInt8], _ place: inout Int) -> UInt8? {
    if pattern[place] == UInt8(ascii: "\\") { place += 1 }
    guard place < pattern.count else { return nil }
    defer { place += 1 }
    return pattern[place]
  }

  private static func classEnd(_ pattern: [UInt8], from start: Int) -> Int? {
    pattern.indices.dropLast().first {
      $0 >= start && pattern[$0] == UInt8(ascii: ":") && pattern[$0 + 1] == UInt8(ascii: "]")
    }
  }

  private static func named(_ name: String) -> ((UInt8) -> Bool)? {
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    let isUpper = { (byte: UInt8) in (65...90).contains(byte) }
    let isLower = { (byte: UInt8) in (97...122).contains(byte) }
    let isAlnum = { (byte: UInt8) in isDigit(byte) || isUpper(byte) || isLower(byte) }
    switch name {
    case "alnum": return isAlnum
    case "alpha": return { isUpper($0) || isLower($0) }
    case "blank": return { $0 == 32 || $0 == 9 }
    case "cntrl": return { $0 < 32 || $0 == 127 }
    case "digit": return isDigit
    case "graph": return { (33...126).contains($0) }
    case "lower": return isLower
    case "print": return { (32...126).contains($0) }
    case "punct": return { (33...126).contains($0) && !isAlnum($0) }
    case "space": return { $0 == 32 || (9...13).contains($0) }
    case "upper": return isUpper
    case "xdigit": return { isDigit($0) || (65...70).contains($0) || (97...102).contains($0) }
    default: return nil
    }
  }
}
