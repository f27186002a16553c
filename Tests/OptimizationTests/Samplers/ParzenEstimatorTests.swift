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
    // The count with all but its three leading binary digits set to 0.
    var unit = 1.0
    while count / unit >= 8 { unit *= 2 }
    let width = max(kernelWidth * pow((count / unit).rounded(.down) * unit, -1.0 / 8), 0.001)
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
      // What is known of it only rises, and ends there.
      var partial = ParzenEstimator.PartialDensity(at: point, of: estimator)
      var before = -Double.infinity
      while !partial.isWhole {
        #expect(partial.log >= before)
        before = partial.log
        partial.advance(in: estimator)
      }
      #expect(partial.log == found)
    }
  }

  @Test(arguments: [1, 5, 128, 300])
  func `is without rows that are left out what it is without them`(left: Int) {
    var random = SeededGenerator(seed: UInt64(left))
    let count = 320
    let columns = Self.domains.map { domain in
      (0..<count).map { _ in domain.place(of: RandomSampler.value(of: domain, using: &random)) }
    }
    var rows = Array(0..<count)
    random.shuffle(&rows)
    let (excluded, kept) = (rows.prefix(left).sorted(), rows.dropFirst(left).sorted())
    var table = ParzenEstimator.KernelTable(domains: Self.domains)
    // Known for some rows by another width, then for some by this one.
    table.update(columns.map { Array($0.prefix(50)) }, pointCount: 1, kernelWidth: 0.07)
    table.update(columns.map { Array($0.prefix(200)) }, pointCount: kept.count, kernelWidth: 0.07)
    let estimator = ParzenEstimator(
      domains: Self.domains, columns: columns, excluding: excluded, kernelWidth: 0.07, table: table)
    let other = ParzenEstimator(
      domains: Self.domains, columns: columns.map { column in kept.map { column[$0] } },
      kernelWidth: 0.07)
    for row in 0..<count {
      let point = columns.map { $0[row] }
      #expect(abs(estimator.logDensity(at: point) - other.logDensity(at: point)) < 1e-9)
    }
    var (mine, theirs) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
    for _ in 0..<100 { #expect(estimator.draw(using: &mine) == other.draw(using: &theirs)) }
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
