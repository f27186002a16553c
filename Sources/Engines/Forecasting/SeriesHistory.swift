/// What is known of one series: values by the numbers of their steps, rising.
struct SeriesHistory: Codable, Sendable, Equatable {
  private(set) var steps: [Int]
  private(set) var values: [Double]
  /// Sums of the values before each place.
  private var sums: [Double]

  /// Takes values by step.
  init(_ known: [Int: Double]) {
    steps = known.keys.sorted()
    values = steps.compactMap { known[$0] }
    sums = Self.sums(of: values)
  }

  init(from decoder: any Decoder) throws {
    let pairs = try decoder.singleValueContainer().decode([[Double]].self)
    steps = pairs.compactMap { $0.first.flatMap(Int.init(exactly:)) }
    values = pairs.compactMap(\.last)
    guard steps.count == values.count, zip(steps, steps.dropFirst()).allSatisfy(<) else {
      throw EngineError(.modelPackageInvalid, "The last values of a series are damaged.")
    }
    sums = Self.sums(of: values)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(zip(steps, values).map { [Double($0), $1] })
  }

  private static func sums(of values: [Double]) -> [Double] {
    var sums = [0.0]
    for value in values { sums.append((sums.last ?? 0) + value) }
    return sums
  }

  /// The newest part of it, from a step on.
  func suffix(from step: Int) -> SeriesHistory {
    let start = place(of: step)
    return SeriesHistory(
      Dictionary(
        zip(steps[start...], values[start...]), uniquingKeysWith: { first, _ in first }))
  }

  /// Newer values take the place of older ones of the same step.
  func merged(with newer: [Int: Double]) -> SeriesHistory {
    if newer.isEmpty { return self }
    var known = Dictionary(zip(steps, values), uniquingKeysWith: { first, _ in first })
    known.merge(newer) { _, newer in newer }
    return SeriesHistory(known)
  }

  /// Number of known steps before a step.
  func place(of step: Int) -> Int {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle] < step { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The value of a step.
  subscript(step: Int) -> Double? {
    let place = place(of: step)
    return place < steps.count && steps[place] == step ? values[place] : nil
  }

  /// The newest known step before a step.
  func newest(before step: Int) -> Int? {
    let place = place(of: step)
    return place > 0 ? steps[place - 1] : nil
  }

  /// The mean of what is known in a range of steps.
  func mean(of range: ClosedRange<Int>) -> Double? {
    let (start, end) = (place(of: range.lowerBound), place(of: range.upperBound + 1))
    return end > start ? (sums[end] - sums[start]) / Double(end - start) : nil
  }
}
