/// A number and a unit as people write them: `16GB`, `1.5 h`, `120s`.
struct Quantity {
  /// Multiplies `text`'s number by the factor of its unit.
  ///
  /// - Returns: nil when the text is no such quantity or its value is negative or over `Int64.max`.
  static func parse(_ text: String, units: [(names: [String], factor: Double)]) -> Int64? {
    let trimmed = text.drop { $0 == " " }
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let plain = digits.filter { $0 != "_" }
    guard let first = plain.first, first != ".", plain.last != ".", let number = Double(plain)
    else { return nil }
    let unit = trimmed.dropFirst(digits.count).filter { $0 != " " }.lowercased()
    guard let factor = units.first(where: { $0.names.contains(unit) })?.factor else { return nil }
    let value = (number * factor).rounded()
    guard value < 9.2e18 else { return nil }
    return Int64(value)
  }
}

/// An amount of memory or disk.
public struct ByteCount: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The amount in bytes.
  public let bytes: Int64

  /// Takes an amount over.
  public init(bytes: Int64) { self.bytes = bytes }

  /// Reads `16GB`, `512 MiB`, `4096`: `KB MB GB TB PB` count in thousands, `KiB` and so on in 1,024s, as do the bare `K M G T P`.
  public init(_ text: String) throws(BasicsError) {
    let words = ["k", "m", "g", "t", "p"]
    var units: [(names: [String], factor: Double)] = [(["", "b", "bytes"], 1)]
    var decimal = 1.0
    var binary = 1.0
    for word in words {
      decimal *= 1_000
      binary *= 1_024
      units.append(([word + "b"], decimal))
      units.append(([word + "ib", word], binary))
    }
    guard let bytes = Quantity.parse(text, units: units) else {
      throw BasicsError(
        .quantityInvalid, "\(visible(text)) is not an amount of memory",
        hint: "write a number and a unit, such as 16GB, 512MiB or 2TB")
    }
    self.bytes = bytes
  }

  /// Orders by amount.
  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  /// Three digits at least and a decimal unit, such as `1.23 GB`.
  public var description: String {
    var value = Double(bytes)
    var unit = "bytes"
    for larger in ["kB", "MB", "GB", "TB", "PB"] where abs(value) >= 999.5 {
      value /= 1_000
      unit = larger
    }
    return unit == "bytes" ? "\(bytes) bytes" : "\(threeDigits(value)) \(unit)"
  }
}

/// A length of time.
public struct TimeSpan: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The length in milliseconds.
  public let milliseconds: Int64

  /// Takes an amount over.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Reads `120s`, `2h`, `1.5 min`, `7d`, `250ms`, `2w`, and also sums such as `1h30m`; a number without unit is refused.
  public init(_ text: String) throws(BasicsError) {
    let units: [(names: [String], factor: Double)] = [
      (["ms"], 1), (["s", "sec", "second", "seconds"], 1_000),
      (["m", "min", "minute", "minutes"], 60_000), (["h", "hour", "hours"], 3_600_000),
      (["d", "day", "days"], 86_400_000), (["w", "week", "weeks"], 604_800_000),
    ]
    var total: Int64 = 0
    var part = ""
    var isValid = false
    for character in text + " " {
      if character.isNumber, part.last(where: { $0 != " " })?.isLetter == true {
        guard let value = Quantity.parse(part, units: units) else { break }
        total = total.addingReportingOverflow(value).partialValue
        part = ""
      }
      part.append(character)
    }
    if let value = Quantity.parse(part, units: units) {
      total = total.addingReportingOverflow(value).partialValue
      isValid = total >= 0
    }
    guard isValid else {
      throw BasicsError(
        .quantityInvalid, "\(visible(text)) is not a length of time",
        hint: "write a number and a unit, such as 120s, 15m, 2h or 7d")
    }
    milliseconds = total
  }

  /// Orders by amount.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// One or two units, such as `250 ms`, `31.2 s`, `2 min 5 s`, `1 h 30 min`, `3 d 4 h`.
  public var description: String {
    let seconds = milliseconds / 1_000
    switch milliseconds {
    case ..<1_000: return "\(milliseconds) ms"
    case ..<60_000: return "\(threeDigits(Double(milliseconds) / 1_000)) s"
    case ..<3_600_000: return pair(seconds / 60, "min", seconds % 60, "s")
    case ..<86_400_000: return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
    default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
    }
  }

  private func pair(_ a: Int64, _ unitA: String, _ b: Int64, _ unitB: String) -> String {
    b == 0 ? "\(a) \(unitA)" : "\(a) \(unitA) \(b) \(unitB)"
  }
}

/// `value` with at most two digits after the point and three in all, trailing zeros dropped.
private func threeDigits(_ value: Double) -> String {
  let scale = abs(value) >= 99.95 ? 1.0 : abs(value) >= 9.995 ? 10.0 : 100.0
  let rounded = (value * scale).rounded() / scale
  return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
}
