import Foundation
import Optimization

/// One axis of parallel coordinates: numbers, numbers over orders of magnitude, or words.
struct ParallelAxis {
  enum Kind: Equatable {
    case linear(Scale)
    case logarithmic(low: Double, high: Double)
    case words([String])
  }

  var name: String
  var isMetric: Bool
  var kind: Kind
  /// The place of each run in 0...1 from below; nil where it has no value.
  var shares: [Double?]
  /// What stands beside the axis, from below.
  var ticks: [(share: Double, text: String)]

  /// Words that an axis can hold.
  private static let mostWords = 14

  /// A param's axis; nil for more different words than an axis can hold, or without a difference.
  init?(param name: String, values: [String?]) {
    let known = values.compactMap(\.self)
    guard Set(known).count > 1 else { return nil }
    let numbers = known.map { Double($0) }
    if numbers.allSatisfy({ $0?.isFinite == true }) {
      self.init(name: name, isMetric: false, numbers: values.map { $0.flatMap { Double($0) } })
      return
    }
    let words = Set(known).sorted { $0.localizedStandardCompare($1) == .orderedAscending }
    guard words.count <= Self.mostWords else { return nil }
    let step = 1 / Double(words.count)
    let places = [String: Double](
      uniqueKeysWithValues: words.enumerated().map { ($1, (Double($0) + 0.5) * step) })
    self.init(
      name: name, isMetric: false, kind: .words(words),
      shares: values.map { $0.flatMap { places[$0] } },
      ticks: words.map { (places[$0] ?? 0, $0) })
  }

  /// A metric's axis; nil without a difference.
  init?(metric name: String, values: [Double?]) {
    guard Set(values.compactMap(\.self)).count > 1 else { return nil }
    self.init(name: name, isMetric: true, numbers: values)
  }

  /// An axis over a search's parameter, on its own scale; nil without a difference.
  init?(parameter: SearchParameter, values: [ParameterValue?]) {
    guard Set(values.compactMap { $0?.text }).count > 1 else { return nil }
    let axis = ParameterAxis(parameter)
    self.init(
      name: parameter.name, isMetric: false,
      kind: .linear(Scale(covering: [0, 1], isTight: true)),
      shares: values.map { $0.map { axis.share(of: $0) } },
      ticks: axis.ticks.map { (share: $0.value, text: $0.text) })
  }

  private init(name: String, isMetric: Bool, numbers: [Double?]) {
    let known = numbers.compactMap(\.self)
    let low = known.min() ?? 0
    let high = known.max() ?? 1
    if low > 0, high / low > 50 {
      let (start, end) = (log10(low), log10(high))
      let powers = Int(ceil(start - 1e-9))...max(Int(ceil(start - 1e-9)), Int(floor(end + 1e-9)))
      let stride = max(1, powers.count / 6)
      self.init(
        name: name, isMetric: isMetric, kind: .logarithmic(low: low, high: high),
        shares: numbers.map { $0.map { (log10($0) - start) / (end - start) } },
        ticks: powers.filter { ($0 - powers.lowerBound).isMultiple(of: stride) }.map {
          ((Double($0) - start) / (end - start), NumberText.short(pow(10, Double($0))))
        })
    } else {
      let isWhole = known.allSatisfy { $0 == $0.rounded() }
      let scale = Scale(covering: known, isTight: true, isWhole: isWhole, tickCount: 4)
      self.init(
        name: name, isMetric: isMetric, kind: .linear(scale),
        shares: numbers.map { $0.map(scale.share) },
        ticks: scale.ticks.map { (scale.share($0), scale.label($0)) })
    }
  }

  private init(
    name: String, isMetric: Bool, kind: Kind, shares: [Double?],
    ticks: [(share: Double, text: String)]
  ) {
    self.name = name
    self.isMetric = isMetric
    self.kind = kind
    self.shares = shares
    self.ticks = ticks.filter { (-0.001...1.001).contains($0.share) }
  }
}
