import Foundation

extension ParzenEstimator {
  /// The width of kernels, and what makes each of them a density; kept while the width stays and points are added.
  struct KernelTable: Sendable {
    private let domains: [ParameterDomain]
    /// Standard deviation of the kernels in 0...1; 0 before the first update.
    private(set) var width = 0.0
    /// For each row the log of what makes its kernels of all numbers together a density, relative to the even one.
    private(set) var constants: [Double] = []

    init(domains: [ParameterDomain]) { self.domains = domains }

    /// Takes in new rows of the columns, and all of them where so many points have another width.
    mutating func update(_ columns: [[Double]], pointCount: Int, kernelWidth: Double) {
      let width = Self.width(pointCount, dimensions: domains.count, kernelWidth: kernelWidth)
      if width != self.width {
        self.width = width
        constants.removeAll(keepingCapacity: true)
      }
      let known = constants.count
      let count = columns.first?.count ?? 0
      guard known < count else { return }
      constants.append(contentsOf: repeatElement(0, count: count - known))
      for (domain, centers) in zip(domains, columns) where !domain.isUnordered {
        Self.addConstants(
          of: centers, from: known, sigma: Self.deviation(domain, width), to: &constants)
      }
    }

    /// Scott's rule for the points' number cut off after its third binary digit, so that it changes seldom.
    private static func width(_ pointCount: Int, dimensions: Int, kernelWidth: Double) -> Double {
      let count = max(pointCount, 1)
      let cut = max(Int.bitWidth - count.leadingZeroBitCount - 3, 0)
      let exponent = -1 / (Double(max(dimensions, 1)) + 4)
      return max(kernelWidth * pow(Double((count >> cut) << cut), exponent), 0.001)
    }

    /// Kernels of discrete numbers reach their neighbors.
    static func deviation(_ domain: ParameterDomain, _ width: Double) -> Double {
      max(width, domain.grain / 2)
    }

    /// Adds the logs of what makes kernels of one parameter densities within 0...1.
    private static func addConstants(
      of centers: [Double], from first: Int, sigma: Double, to constants: inout [Double]
    ) {
      let whole = -log(sigma * 2.506_628_274_631_000_5)
      let scale = 1 / sigma
      constants.withUnsafeMutableBufferPointer { constants in
        for index in first..<centers.count {
          let (below, above) = (centers[index] * scale, (1 - centers[index]) * scale)
          if max(below, above) >= NormalDistribution.logShareReach {
            constants[index] += whole - NormalDistribution.logShare(below: min(below, above))
          } else {
            let share = NormalDistribution.share(from: -below, to: above)
            constants[index] += whole - log(max(share, 1e-300))
          }
        }
      }
    }
  }
}
