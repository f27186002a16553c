/// A text out of few as a code that an engine splits by sets, or by order.
///
/// The most frequent values of training get codes of their own. Where there are more than the
/// bound, all others share one code, which values never seen get too; else those are missing.
///
/// Few values are coded in the order of their texts, since names of classes often carry one (`A1`, `A2`;
/// `<1 year`, `1-4 years`); many in that of their frequency, so that the first codes tell most.
struct CategoryEncoding: Sendable, Equatable {
  /// Values by code.
  let values: [String]
  /// Whether a last code stands for every other value.
  let hasRareCode: Bool
  private let codes: [String: Float]

  /// Most values that are coded in the order of their texts.
  private static let mostInTextOrder = 32

  init(values: [String], hasRareCode: Bool) {
    self.values = values
    self.hasRareCode = hasRareCode
    codes = Dictionary(
      zip(values, (0..<values.count).map { Float($0) }), uniquingKeysWith: { first, _ in first })
  }

  /// nil where all rows hold the same value.
  init?(fitting codes: [Int32], of texts: [String], bound: Int) {
    var counts = [Int](repeating: 0, count: texts.count)
    var missing = 0
    for code in codes {
      if code >= 0 { counts[Int(code)] += 1 } else { missing += 1 }
    }
    let seen = counts.indices.filter { counts[$0] > 0 }
      .sorted { (counts[$1], texts[$0]) < (counts[$0], texts[$1]) }
    guard seen.count > 1 || (seen.count == 1 && missing > 0) else { return nil }
    var values = seen.prefix(bound).map { texts[$0] }
    if values.count <= Self.mostInTextOrder { values.sort(by: NaturalOrder.areInOrder) }
    self.init(values: values, hasRareCode: seen.count > bound)
  }

  var codeCount: Int { values.count + (hasRareCode ? 1 : 0) }

  func encode(_ text: String) -> Float {
    if let code = codes[text] { return code }
    // Other spellings of the same value: ` 1.0 ` for `1`.
    let trimmed = text.trimmed
    if let code = codes[trimmed] { return code }
    if let number = Double(trimmed) { return encode(number) }
    return codeOfOthers
  }

  /// A number stands for its text: `1.0` and `1` are the same category.
  func encode(_ number: Double) -> Float {
    if number.isNaN { return .nan }
    if let code = codes[number.description] { return code }
    guard let whole = Int(exactly: number), let code = codes[whole.description] else {
      return codeOfOthers
    }
    return code
  }

  private var codeOfOthers: Float { hasRareCode ? Float(values.count) : .nan }
}

extension CategoryEncoding: Codable {
  private enum CodingKeys: String, CodingKey { case values, hasRareCode }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      values: try container.decode([String].self, forKey: .values),
      hasRareCode: try container.decode(Bool.self, forKey: .hasRareCode))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(values, forKey: .values)
    try container.encode(hasRareCode, forKey: .hasRareCode)
  }
}
