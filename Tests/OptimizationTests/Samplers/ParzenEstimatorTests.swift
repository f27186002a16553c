import Basics
import Foundation
import Testing

@testable import Optimization

struct ParzenEstimatorTests {
  static let domains: [ParameterDomain] = [
    .float(low: 0, high: 1), .int(low: 1, high: 4), .categorical(["a", "b", "c"]),
    .float(low: 1e-4, high: 1, log: true),
  ]

  /// The density as its definition has it, term by term; relative to the even one.
  private func direct(_ columns: [[Double]], kernelWidth: Double, at places: [Double]) -> Double {
    let count = Double(columns[0].count)
    let width = max(kernelWidth * pow(count, -1.0 / 8), 0.001)
    var sum = 1.0
    for index in columns[0].indices {
      var product = 1.0
      for (place, domain) in Self.domains.enumerated() {
        let center = columns[place][index]
        if domain.isUnordered {
          let even = 1 / (count + 2)
          product *= (places[place] == center ? (1 - even) * 3 : 0) + even
        } else {
          let sigma = max(width, domain.grain / 2)
          let share = NormalDistribution.share(from: -center / sigma, to: (1 - center) / sigma)
          let z = (places[place] - center) / sigma
          product *= NormalDistribution.density(z) / sigma / share
        }
      }
      sum += product
    }
    return log(sum / (count + 1))
  }

  @Test(arguments: [1, 7, 128, 129, 1000], [0.02, 0.07, 0.4])
  func `is the sum of its kernels`(count: Int, kernelWidth: Double) {
    var random = SeededGenerator(seed: UInt64(count))
    func places() -> [Double] {
      Self.domains.map { domain in
        domain.place(of: RandomSampler.value(of: domain, using: &random))
      }
    }
    let points = (0..<count).map { _ in places() }
    let columns = Self.domains.indices.map { place in points.map { $0[place] } }
    let estimator = ParzenEstimator(
      domains: Self.domains, columns: columns, kernelWidth: kernelWidth)
    for point in (0..<20).map({ _ in places() }) + points.prefix(20) {
      let wanted = direct(columns, kernelWidth: kernelWidth, at: point)
      let found = estimator.logDensity(at: point)
      #expect(abs(found - wanted) < 1e-7)
      // A bound changes nothing but whether the end is reached.
      #expect(estimator.logDensity(at: point, below: found + 1e-9) == found)
      #expect(estimator.logDensity(at: point, below: found) == nil)
      #expect(estimator.logDensity(at: point, below: found - 1) == nil)
    }
  }

  @Test func `many narrow kernels in one place do not overflow`() {
    let columns = [[Double]](repeating: [Double](repeating: 0.5, count: 300), count: 400)
    let estimator = ParzenEstimator(
      domains: [ParameterDomain](repeating: .float(low: 0, high: 1), count: 400), columns: columns,
      kernelWidth: 0.001)
    let middle = estimator.logDensity(at: [Double](repeating: 0.5, count: 400))
    #expect(middle.isFinite && middle > 2000)
    #expect(estimator.logDensity(at: [Double](repeating: 0.1, count: 400)) < 0)
  }

  @Test func `logarithms of shares from a table are those of the functions`() {
    for step in 0..<6000 {
      let z = Double(step) / 1000 + 0.0003
      let wanted = log(NormalDistribution.share(below: z))
      #expect(abs(NormalDistribution.logShare(below: z) - wanted) < 1e-9)
    }
    #expect(NormalDistribution.logShare(below: 7) == 0)
  }
}
