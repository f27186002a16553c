import Basics
import Foundation

/// A mixture density over a search space: one product kernel around each point, and the even prior as one more.
///
/// Numbers carry Gaussian kernels truncated to their range on the domain's own scale, choices
/// carry smoothed shares. Where a kernel's point lacks a parameter (its condition did not hold),
/// that factor is the prior. The width falls with the number of points by Scott's rule,
/// n^(-1/(d+4)), and never under a floor that keeps the search from collapsing.
struct ParzenEstimator {
  private let space: SearchSpace
  private let points: [SearchPoint]
  /// Standard deviation of the kernels in 0...1.
  private let width: Double
  /// The kernels of each parameter, in the space's order.
  private let kernels: [Kernels]
  /// Weight of the chosen word in a choice's kernel, before the even part.
  private let wordWeight: Double

  init(space: SearchSpace, points: [SearchPoint]) {
    self.space = space
    self.points = points
    let dimensions = Double(max(space.parameters.count, 1))
    let count = Double(max(points.count, 1))
    width = max(0.35 * pow(count, -1 / (dimensions + 4)), 1 / min(count + 1, 100) * 0.5, 0.02)
    wordWeight = 1 + count
    kernels = space.parameters.map { [width, wordWeight] parameter in
      let centers = points.map { $0[parameter.name].map(parameter.domain.place) ?? .nan }
      if case .categorical(let choices) = parameter.domain {
        return .words(centers, weight: wordWeight, count: Double(choices.count))
      }
      let sigma = max(width, parameter.domain.grain / 2)
      let constants = centers.map { center in
        let mass = Self.normalShare((1 - center) / sigma) - Self.normalShare(-center / sigma)
        return -log(sigma * 2.506_628_274_631_000_5 * max(mass, 1e-300))
      }
      return .numbers(centers, constants, sigma: sigma)
    }
  }

  /// One parameter's factors of all kernels; a NaN center stands for an inactive parameter.
  private enum Kernels {
    /// Centers in 0...1 with the logs of what makes each a density.
    case numbers([Double], [Double], sigma: Double)
    /// Indices of the words, the weight of a center's word beside 1 for all words together.
    case words([Double], weight: Double, count: Double)

    /// Adds each factor's log, relative to the even density.
    func addLogs(of place: Double, to sums: inout [Double]) {
      switch self {
      case .numbers(let centers, let constants, let sigma):
        for index in centers.indices where !centers[index].isNaN {
          let distance = (place - centers[index]) / sigma
          sums[index] += constants[index] - 0.5 * distance * distance
        }
      case .words(let centers, let weight, let count):
        let other = log(1 / (weight + 1))
        let same = log((weight * count + 1) / (weight + 1))
        for index in centers.indices where !centers[index].isNaN {
          sums[index] += centers[index] == place ? same : other
        }
      }
    }
  }

  /// A point drawn from the density.
  func draw(using random: inout SeededGenerator) -> SearchPoint {
    // Index points.count is the prior.
    let component = random.next(below: points.count + 1)
    let center = component < points.count ? points[component] : nil
    var point = SearchPoint()
    for parameter in space.parameters where parameter.isActive(in: point) {
      point[parameter.name] = draw(
        parameter.domain, around: center?[parameter.name], using: &random)
    }
    return point
  }

  /// The logarithm of the density at a point, up to a constant that both estimators of a search share.
  func logDensity(at point: SearchPoint) -> Double {
    // The prior's factors are 1 each; its share and that of every kernel is 1/(n + 1).
    var sums = [Double](repeating: 0, count: points.count + 1)
    for (place, parameter) in space.parameters.enumerated() {
      guard let value = point[parameter.name] else { continue }
      kernels[place].addLogs(of: parameter.domain.place(of: value), to: &sums)
    }
    let largest = sums.max() ?? 0
    let total = sums.reduce(0) { $0 + exp($1 - largest) }
    return largest + log(total / Double(sums.count))
  }

  // MARK: One parameter

  private func draw(
    _ domain: ParameterDomain, around center: ParameterValue?, using random: inout SeededGenerator
  ) -> ParameterValue {
    guard let center else { return RandomSampler.value(of: domain, using: &random) }
    if case .categorical(let choices) = domain {
      let stays = random.nextUnit() < wordWeight / (wordWeight + 1)
      return stays ? center : .category(choices[random.next(below: choices.count)])
    }
    let middle = domain.place(of: center)
    let sigma = max(width, domain.grain / 2)
    // By inversion of the truncated distribution: one random number a draw, no rejection loop.
    let (low, high) = (Self.normalShare(-middle / sigma), Self.normalShare((1 - middle) / sigma))
    let share = low + random.nextUnit() * (high - low)
    return domain.value(at: middle + sigma * Self.normalQuantile(share))
  }

  /// Φ: the share of the standard normal distribution below `z`.
  static func normalShare(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// Φ⁻¹ by Acklam's rational approximation (relative error under 1.2e-9).
  static func normalQuantile(_ share: Double) -> Double {
    let p = min(max(share, 1e-300), 1 - 1e-16)
    if p > 0.97575 { return -normalQuantile(1 - p) }
    if p < 0.02425 {
      let q = (-2 * log(p)).squareRoot()
      let top =
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
          - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
      let bottom =
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
          + 3.754408661907416) * q + 1
      return top / bottom
    }
    let q = p - 0.5
    let r = q * q
    let top =
      (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
        + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
    let bottom =
      ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
        + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1
    return top / bottom
  }
}
