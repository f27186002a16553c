import Basics
import Foundation

/// What is believed about a function after some of its values: a mean and a spread at each point.
///
/// Rasmussen & Williams 2006, algorithm 2.1.
struct GaussianProcess: Sendable {
  let kernel: MaternKernel
  private let points: [[Double]]
  private let unordered: [Bool]
  private let factor: Cholesky
  private let alpha: [Double]

  init?(_ points: [[Double]], values: [Double], unordered: [Bool], kernel: MaternKernel) {
    let count = points.count
    self.points = points
    self.unordered = unordered
    self.kernel = kernel
    var matrix = KernelDistances(points, unordered: unordered).scaled(by: kernel.lengths)
      .map(MaternKernel.correlation)
    for row in 0..<count { matrix[row * count + row] = 1 + kernel.noise }
    guard let factor = Cholesky(matrix, size: count) else { return nil }
    self.factor = factor
    alpha = factor.backward(factor.forward(values))
  }

  /// How far each value is from what the others let expect at its point.
  ///
  /// Rasmussen & Williams 2006, equation 5.12.
  var residuals: [Double] {
    let inverse = factor.inverse()
    return alpha.indices.map { alpha[$0] / inverse[$0 * alpha.count + $0] }
  }

  /// Mean and standard deviation of the function at places.
  func belief(at place: [Double]) -> (mean: Double, deviation: Double) {
    let correlations = correlations(with: place)
    var mean = 0.0
    for (correlation, weight) in zip(correlations, alpha) { mean += correlation * weight }
    let explained = factor.forward(correlations).reduce(0) { $0 + $1 * $1 }
    return (mean, max(1 - explained, 1e-12).squareRoot())
  }

  /// The function's correlations between a place and each point.
  private func correlations(with place: [Double]) -> [Double] {
    let factors = kernel.lengths.map { 1 / ($0 * $0) }
    return points.map { point in
      var square = 0.0
      for axis in factors.indices {
        square +=
          factors[axis] * KernelDistances.square(point[axis], place[axis], unordered[axis])
      }
      return MaternKernel.correlation(square)
    }
  }

  /// The functions that are believed in, at places: so many draws, each with a value for each place.
  ///
  /// Rasmussen & Williams 2006, equation 2.19 and appendix A.2. Takes time with the cube of the number of places.
  func draws(
    _ count: Int, at places: [[Double]], using random: inout SeededGenerator
  ) -> [[Double]]? {
    let size = places.count
    let crosses = places.map { correlations(with: $0) }
    let means = crosses.map { zip($0, alpha).reduce(0) { $0 + $1.0 * $1.1 } }
    let explained = crosses.map(factor.forward)
    var matrix = KernelDistances(places, unordered: unordered).scaled(by: kernel.lengths)
      .map(MaternKernel.correlation)
    for row in 0..<size {
      for column in 0...row {
        var sum = 0.0
        for k in points.indices { sum += explained[row][k] * explained[column][k] }
        matrix[row * size + column] -= sum
      }
    }
    guard let spread = Cholesky(matrix, size: size) else { return nil }
    return (0..<count).map { _ in
      let normal = (0..<size).map { _ in NormalDistribution.quantile(random.nextUnit()) }
      return zip(means, spread.product(normal)).map { $0 + $1 }
    }
  }
}

/// The logarithm of the expected improvement, which has a slope where the improvement itself rounds to nothing.
///
/// Jones, Schonlau & Welch 1998; in logarithms Ament et al. 2023 ("Unexpected Improvements to
/// Expected Improvement for Bayesian Optimization", equation 9).
enum ExpectedImprovement {
  /// - Parameter best: the least value so far.
  static func log(mean: Double, deviation: Double, best: Double) -> Double {
    logH((best - mean) / deviation) + Foundation.log(deviation)
  }

  /// log(φ(z) + z·Φ(z)).
  static func logH(_ z: Double) -> Double {
    if z > -1 {
      return Foundation.log(NormalDistribution.density(z) + z * NormalDistribution.share(below: z))
    }
    let logDensity = -0.5 * z * z - 0.918_938_533_204_672_7
    // Far out Φ(z)·z + φ(z) tends to φ(z)/z², with the series of Mills' ratio.
    if z < -20 {
      let square = 1 / (z * z)
      return logDensity + Foundation.log(square * (1 - 3 * square * (1 - 5 * square)))
    }
    let ratio = NormalDistribution.share(below: z) / NormalDistribution.density(z)
    return logDensity + Foundation.log(max(1 + z * ratio, 1e-300))
  }
}
