import Foundation
import Optimization

/// An axis along a parameter's own scale, from 0 to 1.
struct ParameterAxis {
  let parameter: SearchParameter
  let ticks: [ChartFrame.Tick]

  /// Words that fit beside an axis.
  private static let mostWords = 20
  /// Characters of a word.
  private static let longest = 14

  init(_ parameter: SearchParameter) {
    self.parameter = parameter
    let domain = parameter.domain
    let values: [ParameterValue]
    switch domain {
    case .float(let low, let high, let isLog):
      values = Self.numbers(low, high, isLog: isLog, isWhole: false).map(ParameterValue.float)
    case .steps(let low, let high, _):
      values = Self.numbers(low, high, isLog: false, isWhole: false).map(ParameterValue.float)
    case .int(let low, let high, let isLog):
      values = Self.numbers(Double(low), Double(high), isLog: isLog, isWhole: true)
        .map { .int(Int($0)) }
    case .categorical(let words), .ordinal(let words):
      let stride = (words.count + Self.mostWords - 1) / Self.mostWords
      values = words.enumerated().filter { $0.offset.isMultiple(of: max(stride, 1)) }
        .map { .category($0.element) }
    case .boolean: values = [.bool(false), .bool(true)]
    }
    ticks = values.map { value in
      if case .category(let word) = value {
        return ChartFrame.Tick(
          value: domain.share(of: value), text: shortened(word, to: Self.longest), isWord: true)
      }
      return ChartFrame.Tick(
        value: domain.share(of: value),
        text: value.number.map { Self.text($0, of: value) } ?? value.text)
    }
  }

  /// Whether neighbors on it have nothing in common.
  var isUnordered: Bool {
    switch parameter.domain {
    case .categorical, .boolean: true
    case .float, .steps, .int, .ordinal: false
    }
  }

  /// Where a value lies.
  func share(of value: ParameterValue) -> Double { parameter.domain.share(of: value) }

  private static func text(_ number: Double, of value: ParameterValue) -> String {
    if case .bool(let flag) = value { return flag ? "true" : "false" }
    return NumberText.short(number)
  }

  /// Round numbers of a range; powers of ten on a logarithmic scale.
  private static func numbers(
    _ low: Double, _ high: Double, isLog: Bool, isWhole: Bool
  ) -> [Double] {
    guard isLog, low > 0 else {
      return Scale(covering: [low, high], isTight: true, isWhole: isWhole).ticks
        .filter { (low...high).contains($0) }
    }
    let (first, last) = (Int(ceil(log10(low) - 1e-9)), Int(floor(log10(high) + 1e-9)))
    let powers = first <= last ? Array(first...last) : []
    guard powers.count > 1 else { return low < high ? [low, high] : [low] }
    let stride = max(1, (powers.count + 5) / 6)
    return powers.filter { ($0 - first).isMultiple(of: stride) }.map { pow(10, Double($0)) }
      .map { min(max($0, low), high) }
  }
}
