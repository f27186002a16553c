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
    kernels = zip(domains, columns).map { [width, wordWeight] domain, centers in
      if domain.isUnordered {
        return .words(centers, weight: wordWeight, count: Double(domain.valueCount ?? 1))
      }
      let sigma = max(width, domain.grain / 2)
      let whole = -log(sigma * 2.506_628_274_631_000_5)
      let constants = centers.map { center in
        let mass = Self.mass(from: -center / sigma, to: (1 - center) / sigma)
        return mass == 1 ? whole : whole - log(max(mass, 1e-300))
      }
      return .numbers(centers, constants, sigma: sigma)
    }
  }

  /// The share of a kernel that lies within its range; tails of less than a rounding error are not worked out.
  private static func mass(from low: Double, to high: Double) -> Double {
    if low < -farOut {
      return high > farOut ? 1 : NormalDistribution.share(below: high)
    }
    return high > farOut
      ? NormalDistribution.share(below: -low) : NormalDistribution.share(from: low, to: high)
  }

  /// Φ(−8.3) is 5e-17, half a unit in the last place of 1.
  private static let farOut = 8.3

  /// One parameter's factors of all kernels.
  private enum Kernels {
    /// Centers in 0...1 with the logs of what makes each a density.
    case numbers([Double], [Double], sigma: Double)
    /// Indices of the words, the weight of a center's word beside 1 for all words together.
    case words([Double], weight: Double, count: Double)

    /// Adds each factor's log, relative to the even density.
    func addLogs(of place: Double, to sums: inout [Double]) {
      switch self {
      case .numbers(let centers, let constants, let sigma):
        let scale = 1 / sigma
        sums.withUnsafeMutableBufferPointer { sums in
          centers.withUnsafeBufferPointer { centers in
            constants.withUnsafeBufferPointer { constants in
              for index in centers.indices {
                let distance = (place - centers[index]) * scale
                sums[index] += constants[index] - 0.5 * distance * distance
              }
            }
          }
        }
      case .words(let centers, let weight, let count):
        let other = log(1 / (weight + 1))
        let same = log((weight * count + 1) / (weight + 1))
        for index in centers.indices { sums[index] += centers[index] == place ? same : other }
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
    // The prior's factors are 1 each; its share and that of every kernel is 1/(n + 1).
    var sums = [Double](repeating: 0, count: pointCount + 1)
    for (kernels, place) in zip(kernels, places) { kernels.addLogs(of: place, to: &sums) }
    let largest = sums.max() ?? 0
    // Terms that are rounded away beside the largest, thousands of them together too, need no exponential.
    let total = sums.reduce(0) { $1 - largest < -46 ? $0 : $0 + exp($1 - largest) }
    return largest + log(total / Double(sums.count))
  }

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
