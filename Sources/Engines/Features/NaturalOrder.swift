/// Texts in the order in which people count: `grade 2` before `grade 10`.
enum NaturalOrder {
  /// Whether the left text comes before the right one, the same on every machine.
  ///
  /// Runs of ASCII digits compare as whole numbers of any length, all else byte by byte; texts that differ only
  /// in leading zeros, byte by byte as a whole.
  static func areInOrder(_ left: String, _ right: String) -> Bool {
    var (rest, other) = (Substring(left).utf8, Substring(right).utf8)
    while let first = rest.first, let second = other.first {
      if isDigit(first), isDigit(second) {
        let (number, second) = (takeNumber(&rest), takeNumber(&other))
        if number.count != second.count { return number.count < second.count }
        if !number.elementsEqual(second) { return number.lexicographicallyPrecedes(second) }
      } else if first != second {
        return first < second
      } else {
        rest.removeFirst()
        other.removeFirst()
      }
    }
    if rest.isEmpty != other.isEmpty { return rest.isEmpty }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  /// Takes the digits that a text begins with; what counts of them, without leading zeros.
  private static func takeNumber(_ text: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = text.prefix(while: isDigit)
    text = text[digits.endIndex...]
    return digits.drop { $0 == UInt8(ascii: "0") }
  }
}
