/// Values written as text: what a CSV file or a careless client sends.
enum ValueText {
  /// Whether a text stands for "no value", as in the tables that are read for training.
  static func isMissing(_ text: String) -> Bool {
    // The longest of the words, with room for spaces.
    guard text.utf8.count < 16 else { return false }
    switch text.trimmed.lowercased() {
    case "", "?", "na", "n/a", "nan", "null", "none": return true
    default: return false
    }
  }

  /// `7.4`, `-1e-5`; nil for anything else.
  static func number(_ text: String) -> Double? {
    let trimmed = text.trimmed
    guard let first = trimmed.utf8.first, first != UInt8(ascii: "n"), first != UInt8(ascii: "i")
    else { return nil }
    return Double(trimmed)
  }

  static func boolean(_ text: String) -> Double? {
    switch text.trimmed.lowercased() {
    case "true", "t", "yes", "y", "1": 1
    case "false", "f", "no", "n", "0": 0
    default: number(text).flatMap { $0 == 0 || $0 == 1 ? $0 : nil }
    }
  }

  /// Seconds since 1970 of a time in ISO 8601.
  ///
  /// Such as `2024-03-01`, `2024-03-01 12:30` or `2024-03-01T12:30:05.25+02:00`; without an offset
  /// it is UTC. Plain numbers are seconds.
  static func timestamp(_ text: String) -> Double? {
    let trimmed = text.trimmed
    var reader = DigitReader(text: Array(trimmed.utf8))
    guard let year = reader.digits(4), reader.skip("-") || reader.skip("/"),
      let month = reader.digits(2), reader.skip("-") || reader.skip("/"),
      let day = reader.digits(2), (1...12).contains(month), (1...31).contains(day)
    else { return number(trimmed) }
    let date = CivilDate(year: year, month: month, day: day)
    guard CivilDate(day: date.dayNumber) == date else { return nil }
    var seconds = Double(date.dayNumber) * 86_400
    if reader.skip("T") || reader.skip("t") || reader.skip(" ") {
      guard let time = reader.time() else { return nil }
      seconds += time
    }
    return reader.isAtEnd ? seconds : nil
  }
}

/// Reads the parts of a time from left to right.
private struct DigitReader {
  let text: [UInt8]
  var place = 0

  init(text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { place == text.count }

  mutating func digits(_ count: Int) -> Int? {
    guard place + count <= text.count else { return nil }
    var number = 0
    for byte in text[place..<place + count] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    place += count
    return number
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard place < text.count, UInt32(text[place]) == character.value else { return false }
    place += 1
    return true
  }

  /// Seconds after midnight UTC.
  mutating func time() -> Double? {
    guard let hour = digits(2), hour <= 24, skip(":"), let minute = digits(2), minute < 60 else {
      return nil
    }
    var seconds = Double(hour * 3_600 + minute * 60)
    if skip(":") {
      guard let second = digits(2), second <= 60 else { return nil }
      seconds += Double(second)
      if skip(".") || skip(",") {
        var unit = 0.1
        while let digit = digits(1) {
          seconds += Double(digit) * unit
          unit /= 10
        }
      }
    }
    _ = skip(" ")
    if skip("Z") || skip("z") { return seconds }
    let isEast = skip("+")
    guard isEast || skip("-") else { return seconds }
    guard let hours = digits(2) else { return nil }
    _ = skip(":")
    let offset = Double(hours * 3_600 + (digits(2) ?? 0) * 60)
    return isEast ? seconds - offset : seconds + offset
  }
}

extension String {
  /// The text without spaces at its ends.
  var trimmed: String {
    guard let first = unicodeScalars.first, let last = unicodeScalars.last,
      first.properties.isWhitespace || last.properties.isWhitespace
    else { return self }
    let kept = unicodeScalars.drop { $0.properties.isWhitespace }
    let end = kept.lastIndex { !$0.properties.isWhitespace }.map { kept.index(after: $0) }
    return String(kept[kept.startIndex..<(end ?? kept.startIndex)])
  }
}
