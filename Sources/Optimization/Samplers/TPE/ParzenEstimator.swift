import Basics
import Foundation

/// A mixture density over parameters that exist together: one product kernel around each point, and the even prior as one more.
///
/// Numbers carry Gaussian kernels truncated to their range on the domain's own scale, choices
/// carry smoothed shares. The width falls with the number of points by Scott's rule,
/// n^(-1/(d+4)), in steps.
struct ParzenEstimator {
  private let domains: [ParameterDomain]
  /// Places of the points, a column for each domain.
  private let columns: [[Double]]
  /// Rows of the columns that are no points of the density, rising.
  private let excluded: [Int]
  private let rowCount: Int
  /// Standard deviation of the kernels in 0...1.
  private let width: Double
  /// The kernels of each parameter, in the order of the domains.
  private let kernels: [Kernels]
  /// The log of what makes each kernel of all numbers together a density, relative to the even one; -∞ for what is left out.
  private let constants: [Double]
  /// Weight of the chosen word in a choice's kernel, before the even part.
  private let wordWeight: Double

  /// - Parameters:
  ///   - excluded: rows that are left out, rising.
  ///   - table: what is known about the kernels of all rows; used where it has the width that is needed.
  init(
    domains: [ParameterDomain], columns: [[Double]], excluding excluded: [Int] = [],
    kernelWidth: Double, table: KernelTable? = nil
  ) {
    self.domains = domains
    self.columns = columns
    self.excluded = excluded
    rowCount = columns.first?.count ?? 0
    let pointCount = rowCount - excluded.count
    var known = table ?? KernelTable(domains: domains)
    known.update(columns, pointCount: pointCount, kernelWidth: kernelWidth)
    let width = known.width
    let wordWeight = 1 + Double(max(pointCount, 1))
    kernels = domains.map { domain in
      domain.isUnordered
        ? .words(weight: wordWeight, count: Double(domain.valueCount ?? 1))
        : .numbers(scale: 1 / (KernelTable.deviation(domain, width) * 2.0.squareRoot()))
    }
    self.width = width
    self.wordWeight = wordWeight
    var constants = known.constants
    for row in excluded { constants[row] = -.infinity }
    self.constants = constants
  }

  private var pointCount: Int { rowCount - excluded.count }

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
    guard component < pointCount else {
      return domains.map { RandomSampler.value(of: $0, using: &random) }
    }
    var row = component
    for other in excluded where other <= row { row += 1 }
    return domains.indices.map { draw(domains[$0], around: columns[$0][row], using: &random) }
  }

  /// The logarithm of the density at places, up to a constant that both estimators of a search share.
  func logDensity(at places: [Double]) -> Double {
    var partial = PartialDensity(at: places, of: self)
    while !partial.isWhole { partial.advance(in: self) }
    return partial.log
  }

  // MARK: One parameter

  private func draw(
    _ domain: ParameterDomain, around center: Double, using random: inout SeededGenerator
  ) -> ParameterValue {
    if domain.isUnordered {
      let stays = random.nextUnit() < wordWeight / (wordWeight + 1)
      return stays ? domain.value(at: center) : RandomSampler.value(of: domain, using: &random)
    }
    return domain.value(
      at: NormalDistribution.truncated(
        share: random.nextUnit(), mean: center, deviation: KernelTable.deviation(domain, width),
        from: 0, to: 1))
  }
}

extension ParzenEstimator {
  /// The density at one place, as far as it is known: terms are positive, so that it only rises.
  struct PartialDensity {
    private let places: [Double]
    private let logCount: Double
    private var sum = ExponentialSum()
    /// Rows that are not in the sum yet: those before this one.
    private var rest: Int

    /// Nothing but the prior, whose factors are 1 each; its share and that of every kernel is 1/(n + 1).
    init(at places: [Double], of estimator: ParzenEstimator) {
      self.places = places
      logCount = Foundation.log(Double(estimator.pointCount + 1))
      rest = estimator.rowCount
    }

    /// The logarithm, to be read as in `logDensity`.
    var log: Double { sum.log - logCount }

    /// Whether nothing is missing.
    var isWhole: Bool { rest == 0 }

    /// Adds the kernels of some points, the newest first: they lie where candidates do, so that much is soon known.
    mutating func advance(in estimator: ParzenEstimator) {
      let start = max(rest - Self.blockSize, 0)
      estimator.add(start..<rest, at: places, to: &sum)
      rest = start
    }

    /// What is worked out for so many is small enough for the processor's nearest cache.
    private static let blockSize = 128
  }

  private func add(_ rows: Range<Int>, at places: [Double], to sum: inout ExponentialSum) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count) { logs in
      constants.withUnsafeBufferPointer { constants in
        for index in logs.indices { logs[index] = constants[rows.lowerBound + index] }
      }
      for (place, kernels) in kernels.enumerated() {
        columns[place].withUnsafeBufferPointer { centers in
          kernels.addLogs(
            of: places[place], centers: UnsafeBufferPointer(rebasing: centers[rows]), to: logs)
        }
      }
      sum.add(UnsafeBufferPointer(logs))
    }
  }
}
