import Basics
import Foundation

/// A mixture density over parameters that exist together: one product kernel around each point, and the even prior as one more.
///
/// Numbers carry Gaussian kernels truncated to their range on the domain's own scale, choices
/// carry smoothed shares. The width falls with the number of points by Scott's rule,
/// n^(-1/(d+4)).
struct ParzenEstimator {
  private let domains: [ParameterDomain]
  /// Places of the points, a column for each domain.
  private let columns: [[Double]]
  private let pointCount: Int
  /// Standard deviation of the kernels in 0...1.
  private let width: Double
  /// The kernels of each parameter, in the order of the domains.
  private let kernels: [Kernels]
  /// The log of what makes each kernel of all numbers together a density, relative to the even one.
  private let constants: [Double]
  /// Weight of the chosen word in a choice's kernel, before the even part.
  private let wordWeight: Double

  init(domains: [ParameterDomain], columns: [[Double]], kernelWidth: Double) {
    self.domains = domains
    self.columns = columns
    pointCount = columns.first?.count ?? 0
    let dimensions = Double(max(domains.count, 1))
    let count = Double(max(pointCount, 1))
    width = max(kernelWidth * pow(count, -1 / (dimensions + 4)), 0.001)
    wordWeight = 1 + count
    var constants = [Double](repeating: 0, count: pointCount)
    kernels = zip(domains, columns).map { [width, wordWeight] domain, centers in
      if domain.isUnordered {
        return .words(weight: wordWeight, count: Double(domain.valueCount ?? 1))
      }
      let sigma = max(width, domain.grain / 2)
      Self.addConstants(of: centers, sigma: sigma, to: &constants)
      return .numbers(scale: 1 / (sigma * 2.0.squareRoot()))
    }
    self.constants = constants
  }

  /// Adds the logs of what makes kernels of one parameter densities within 0...1.
  private static func addConstants(
    of centers: [Double], sigma: Double, to constants: inout [Double]
  ) {
    let whole = -log(sigma * 2.506_628_274_631_000_5)
    let scale = 1 / sigma
    constants.withUnsafeMutableBufferPointer { constants in
      for (index, center) in centers.enumerated() {
        let (below, above) = (center * scale, (1 - center) * scale)
        if max(below, above) >= NormalDistribution.logShareReach {
          constants[index] += whole - NormalDistribution.logShare(below: min(below, above))
        } else {
          let share = NormalDistribution.share(from: -below, to: above)
          constants[index] += whole - log(max(share, 1e-300))
        }
      }
    }
  }

  /// One parameter's factors of all kernels.
  private enum Kernels {
    /// 1/(σ√2).
    case numbers(scale: Double)
    /// The weight of a center's word beside 1 for all words together.
    case words(weight: Double, count: Double)

    /// Adds each factor's log, relative to the even density; those of numbers without their constants.
    func addLogs(
      of place: Double, centers: UnsafeBufferPointer<Double>,
      to sums: UnsafeMutableBufferPointer<Double>
    ) {
      switch self {
      case .numbers(let scale):
        for index in sums.indices {
          let distance = (place - centers[index]) * scale
          sums[index] -= distance * distance
        }
      case .words(let weight, let count):
        let other = log(1 / (weight + 1))
        let same = log((weight * count + 1) / (weight + 1))
        for index in sums.indices { sums[index] += centers[index] == place ? same : other }
      }
    }
  }

  /// Values drawn from the density, in the order of the domains.
  func draw(using random: inout SeededGenerator) -> [ParameterValue] {
    // Index pointCount is the prior.
    let component = random.next(below: pointCount + 1)
    return domains.indices.map { place in
      component < pointCount
        ? draw(domains[place], around: columns[place][component], using: &random)
        : RandomSampler.value(of: domains[place], using: &random)
    }
  }

  /// The logarithm of the density at places, up to a constant that both estimators of a search share.
  func logDensity(at places: [Double]) -> Double {
    var sum = ExponentialSum()
    for end in blockEnds { addBlock(endingAt: end, at: places, to: &sum) }
    return sum.log - logCount
  }

  /// The same, but nil as soon as it is known not to be below the bound.
  ///
  /// Terms are positive, so that a part of them may be enough to know.
  func logDensity(at places: [Double], below bound: Double) -> Double? {
    var sum = ExponentialSum()
    for end in blockEnds {
      addBlock(endingAt: end, at: places, to: &sum)
      if sum.log - logCount >= bound { return nil }
    }
    return sum.log - logCount < bound ? sum.log - logCount : nil
  }

  /// The prior's factors are 1 each; its share and that of every kernel is 1/(n + 1).
  private var logCount: Double { log(Double(pointCount + 1)) }

  /// The newest points first: they lie where candidates do, so that a bound is soon reached.
  private var blockEnds: StrideThrough<Int> {
    stride(from: pointCount, through: 1, by: -Self.blockSize)
  }

  /// Adds the kernels of some points; what is between is small enough for the processor's nearest cache.
  private func addBlock(endingAt end: Int, at places: [Double], to sum: inout ExponentialSum) {
    let start = max(end - Self.blockSize, 0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.blockSize) { block in
      let logs = UnsafeMutableBufferPointer(rebasing: block[..<(end - start)])
      for index in logs.indices { logs[index] = constants[start + index] }
      for (place, kernels) in kernels.enumerated() {
        columns[place].withUnsafeBufferPointer { centers in
          kernels.addLogs(
            of: places[place], centers: UnsafeBufferPointer(rebasing: centers[start..<end]),
            to: logs)
        }
      }
      sum.add(UnsafeBufferPointer(logs))
    }
  }

  private static let blockSize = 128

  // MARK: One parameter

  private func draw(
    _ domain: ParameterDomain, around center: Double, using random: inout SeededGenerator
  ) -> ParameterValue {
    if domain.isUnordered {
      let stays = random.nextUnit() < wordWeight / (wordWeight + 1)
      return stays ? domain.value(at: center) : RandomSampler.value(of: domain, using: &random)
    }
    let sigma = max(width, domain.grain / 2)
    let share = random.nextUnit()
    return domain.value(
      at: NormalDistribution.truncated(
        share: share, mean: center, deviation: sigma, from: 0, to: 1))
  }
}
