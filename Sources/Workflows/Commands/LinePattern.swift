internal import Foundation

/// A regular expression that finds numbers in lines of output, in time linear in both.
///
/// Patterns come from files of users and run in the server, so nothing backtracks: all ways to match
/// are followed at once (Thompson 1968; with groups as in Pike's sam, see Cox 2009, "Regular
/// Expression Matching: the Virtual Machine Approach"). Known are literals, `.`, `[…]`, `\d \w \s`
/// and their opposites, groups, `|`, `* + ? {m,n}` (also lazy), `^`, `$` and `\b`. Bytes of other
/// characters than ASCII match as they are.
public struct LinePattern: Sendable, Equatable {
  /// As it was written.
  public let text: String
  private let program: [LineInstruction]

  /// Most bytes of a line that are looked at.
  private static let mostBytes = 16_384

  /// Reads a pattern.
  ///
  /// - Throws: what is wrong with it.
  init(_ text: String) throws(CommandProblem) {
    self.text = text
    var parser = LinePatternParser(Array(text.utf8))
    program = try parser.program()
  }

  /// The number of the last match in a text of lines: of its first group, or of the whole match.
  ///
  /// - Returns: nil where nothing matches, `.nan` where the last match is no number.
  func lastNumber(in bytes: [UInt8]) -> Double? {
    var found: Double?
    // What a progress bar overwrites are lines, too.
    for part in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let line = Array(part).prefix(Self.mostBytes)
      var position = 0
      while position <= line.count, let match = match(in: line, from: position) {
        let range = match.group ?? match.whole
        let word = String(decoding: line[range], as: UTF8.self)
        found = Double(word.trimmingCharacters(in: .whitespaces)) ?? .nan
        position = max(match.whole.upperBound, position + 1)
      }
    }
    return found
  }

  struct Match: Equatable {
    var whole: Range<Int>
    /// The first group, where it took part.
    var group: Range<Int>?
  }

  /// The leftmost match that begins at `start` or later; earlier alternatives are preferred.
  func match(in line: ArraySlice<UInt8>, from start: Int) -> Match? {
    var current = LineThreads(program.count)
    var next = LineThreads(program.count)
    var found: Match?
    var position = start
    while position <= line.count {
      if found == nil {
        add(LineThread(counter: 0, start: position), to: &current, line, position)
      }
      if current.threads.isEmpty, found != nil { break }
      next.clear()
      scan: for thread in current.threads {
        switch program[thread.counter] {
        case .match:
          found = thread.match(endingAt: position)
          // Threads after this one are less wanted.
          break scan
        case .byte(let set):
          guard position < line.count, set.contains(line[position]) else { continue }
          var moved = thread
          moved.counter += 1
          add(moved, to: &next, line, position + 1)
        case .jump, .split, .save, .lineStart, .lineEnd, .boundary: continue
        }
      }
      swap(&current, &next)
      position += 1
    }
    return found
  }

  /// Follows what takes no byte.
  private func add(
    _ thread: LineThread, to list: inout LineThreads, _ line: ArraySlice<UInt8>, _ position: Int
  ) {
    guard list.visit(thread.counter) else { return }
    var thread = thread
    switch program[thread.counter] {
    case .byte, .match: list.threads.append(thread)
    case .jump(let target):
      thread.counter = target
      add(thread, to: &list, line, position)
    case .split(let first, let second):
      thread.counter = first
      add(thread, to: &list, line, position)
      thread.counter = second
      add(thread, to: &list, line, position)
    case .save(let isEnd):
      if isEnd { thread.groupEnd = position } else { thread.groupStart = position }
      thread.counter += 1
      add(thread, to: &list, line, position)
    case .lineStart: step(thread, if: position == 0, &list, line, position)
    case .lineEnd: step(thread, if: position == line.count, &list, line, position)
    case .boundary(let isWanted):
      let before = position > 0 && LineByteSet.word.contains(line[position - 1])
      let after = position < line.count && LineByteSet.word.contains(line[position])
      step(thread, if: (before != after) == isWanted, &list, line, position)
    }
  }

  private func step(
    _ thread: LineThread, if holds: Bool, _ list: inout LineThreads, _ line: ArraySlice<UInt8>,
    _ position: Int
  ) {
    guard holds else { return }
    var thread = thread
    thread.counter += 1
    add(thread, to: &list, line, position)
  }
}

/// One way to match.
private struct LineThread {
  var counter: Int
  var start: Int
  var groupStart = -1
  var groupEnd = -1

  func match(endingAt end: Int) -> LinePattern.Match {
    LinePattern.Match(
      whole: start..<end,
      group: groupStart >= 0 && groupEnd >= groupStart ? groupStart..<groupEnd : nil)
  }
}

/// Ways to match at one position, the most wanted first, each instruction once.
private struct LineThreads {
  var threads: [LineThread] = []
  private var visited: [Int]
  private var round = 1

  init(_ count: Int) { visited = Array(repeating: 0, count: count) }

  mutating func clear() {
    threads.removeAll(keepingCapacity: true)
    round += 1
  }

  mutating func visit(_ counter: Int) -> Bool {
    if visited[counter] == round { return false }
    visited[counter] = round
    return true
  }
}

/// One step of a pattern.
enum LineInstruction: Sendable, Equatable {
  case byte(LineByteSet)
  /// Both ways, the first preferred.
  case split(Int, Int)
  case jump(Int)
  /// The beginning or the end of the first group.
  case save(isEnd: Bool)
  case lineStart, lineEnd
  case boundary(Bool)
  case match
}

/// A set of bytes.
struct LineByteSet: Sendable, Equatable {
  private var low: SIMD4<UInt64> = .zero

  init(_ ranges: [ClosedRange<UInt8>] = []) {
    for range in ranges { for byte in range { insert(byte) } }
  }

  mutating func insert(_ byte: UInt8) { low[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  mutating func formUnion(_ other: LineByteSet) { low |= other.low }

  func contains(_ byte: UInt8) -> Bool { low[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0 }

  var inverted: LineByteSet {
    var set = self
    set.low = ~low
    return set
  }

  static let digit = LineByteSet([0x30...0x39])
  static let word = LineByteSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let blank = LineByteSet([0x09...0x0D, 0x20...0x20])
  static let any = LineByteSet([0x00...0xFF])
}
