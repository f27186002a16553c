import Foundation

/// How a file of separated values is written, and the names of its columns.
struct CSVDialect: Equatable {
  var delimiter: UInt8
  var quote: UInt8? = UInt8(ascii: "\"")
  var escape: UInt8? = UInt8(ascii: "\"")
  /// Lines before the header (or the first row) that are skipped.
  var skippedLines = 0
  var hasHeader = true
  /// Names as the file gives them, not yet made unique.
  var names: [String]

  /// Words that stand for a missing value.
  static let nullWords = [
    "", "?", "NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "(null)", "NaN", "nan", "NAN",
    "-nan", "-NaN", "null", "NULL", "Null", "nil", "\\N", "inf", "-inf", "Inf", "-Inf", "INF",
    "-INF", "Infinity", "-Infinity", "infinity", "-infinity", "#DIV/0!", "#VALUE!", "#REF!",
  ]

  private static let candidates = [",", ";", "\t", "|"].compactMap { Character($0).asciiValue }

  /// Tells delimiter, quotes and header from the first bytes of a file.
  ///
  /// - Parameters:
  ///   - text: the first bytes, in UTF-8.
  ///   - isComplete: whether that is the whole file.
  ///   - target: a name that the header is expected to hold, if any.
  /// - Returns: nil if the sample is too short to hold the first record.
  static func sniff(_ text: [UInt8], isComplete: Bool, target: String) -> CSVDialect? {
    var text = text[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    let skipped = skipPreamble(&text)
    let hasBackslashQuotes = contains(text, "\\\"") && !contains(text, "\"\"")
    var best: (score: Double, delimiter: UInt8, records: [[String]])?
    for delimiter in candidates {
      var parser = CSVRecords(delimiter: delimiter, escapesByBackslash: hasBackslashQuotes)
      let records = parser.parse(text, isComplete: isComplete, limit: 200)
      guard let first = records.first else { continue }
      let score = consistency(records.map(\.count), header: first.count)
      if best.map({ score > $0.score }) ?? true { best = (score, delimiter, records) }
    }
    guard let best, let first = best.records.first else { return nil }
    var dialect = CSVDialect(delimiter: best.delimiter, names: [])
    if hasBackslashQuotes { dialect.escape = UInt8(ascii: "\\") }
    dialect.skippedLines = skipped
    dialect.hasHeader = HeaderRule.isHeader(
      first, rows: Array(best.records.dropFirst()), target: target)
    dialect.names = dialect.hasHeader ? first : first.map { _ in "" }
    return dialect
  }

  /// How well a delimiter explains the records: the share of records with the usual number of
  /// fields, more where the header agrees; 0 if there is one field.
  private static func consistency(_ counts: [Int], header: Int) -> Double {
    var frequency: [Int: Int] = [:]
    for count in counts { frequency[count, default: 0] += 1 }
    guard let usual = frequency.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
      usual.key > 1
    else { return 0 }
    let share = Double(usual.value) / Double(counts.count)
    return share * (header == usual.key ? 2 : 1) + Double(min(usual.key, 100)) * 1e-4
  }

  /// Skips blank lines and lines of comment that begin with `#` and are no header.
  private static func skipPreamble(_ text: inout ArraySlice<UInt8>) -> Int {
    var skipped = 0
    while let end = text.firstIndex(of: 0x0A) {
      let line = text[..<end]
      let next = text[text.index(after: end)...]
      let isComment =
        line.first == UInt8(ascii: "#") && separators(in: line) != separators(in: firstLine(next))
      guard isComment else { break }
      text = next
      skipped += 1
    }
    return skipped
  }

  private static func firstLine(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.prefix { $0 != 0x0A }
  }

  private static func separators(in line: ArraySlice<UInt8>) -> [Int] {
    candidates.map { candidate in line.count { $0 == candidate } }
  }

  private static func contains(_ text: ArraySlice<UInt8>, _ pattern: String) -> Bool {
    let pattern = Array(pattern.utf8)
    return zip(text, text.dropFirst()).contains { $0 == pattern[0] && $1 == pattern[1] }
  }
}

/// Splits text into records of fields; lenient, for looking at the first lines only.
struct CSVRecords {
  let delimiter: UInt8
  let escapesByBackslash: Bool

  private var records: [[String]] = []
  private var record: [String] = []
  private var field: [UInt8] = []

  init(delimiter: UInt8, escapesByBackslash: Bool = false) {
    self.delimiter = delimiter
    self.escapesByBackslash = escapesByBackslash
  }

  mutating func parse(
    _ text: ArraySlice<UInt8>, isComplete: Bool, limit: Int
  ) -> [[String]] {
    var isQuoted = false
    var index = text.startIndex
    while index < text.endIndex, records.count < limit {
      let byte = text[index]
      let next = index + 1 < text.endIndex ? text[index + 1] : nil
      if isQuoted {
        if escapesByBackslash, byte == UInt8(ascii: "\\"), let next {
          field.append(next)
          index += 1
        } else if byte == UInt8(ascii: "\"") {
          if next == byte {
            field.append(byte)
            index += 1
          } else {
            isQuoted = false
          }
        } else {
          field.append(byte)
        }
      } else if byte == UInt8(ascii: "\""), field.isEmpty {
        isQuoted = true
      } else if byte == delimiter {
        endField()
      } else if byte == 0x0A || byte == 0x0D {
        if byte == 0x0D, next == 0x0A { index += 1 }
        endRecord()
      } else {
        field.append(byte)
      }
      index += 1
    }
    if isComplete, index == text.endIndex, !(record.isEmpty && field.isEmpty) { endRecord() }
    return records
  }

  private mutating func endField() {
    let text = String(decoding: field, as: UTF8.self)
    // Taking spaces off costs more than all else here, and few fields have any.
    let isPlain = [field.first, field.last].allSatisfy { $0.map { $0 > 0x20 && $0 < 0x7F } ?? true }
    record.append(isPlain ? text : text.trimmingCharacters(in: .whitespacesAndNewlines))
    field.removeAll(keepingCapacity: true)
  }

  private mutating func endRecord() {
    endField()
    // A blank line is no record.
    if record != [""] { records.append(record) }
    record = []
  }
}

/// Tells whether the first record of a file names the columns.
enum HeaderRule {
  static func isHeader(_ first: [String], rows: [[String]], target: String) -> Bool {
    if !target.isEmpty, first.contains(target) { return true }
    let isNumeric = first.map { Double($0) != nil }
    if isNumeric.contains(true) { return false }
    let rows = rows.filter { $0.count == first.count }
    guard !rows.isEmpty else { return true }
    let numericColumns = first.indices.contains { column in
      rows.allSatisfy { Double($0[column]) != nil }
    }
    if numericColumns { return true }
    // All is text: a first row whose values come again below is a row.
    let repeated = first.indices.count { column in
      rows.contains { $0[column] == first[column] && !first[column].isEmpty }
    }
    return repeated * 2 <= first.count
  }
}
