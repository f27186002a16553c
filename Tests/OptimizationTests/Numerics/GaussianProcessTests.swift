import Basics
import Foundation
import Testing

@testable import Optimization

/// The Gaussian process against NumPy 2.4.6, SciPy 1.17.1 and scikit-learn 1.9.1.
struct GaussianProcessTests {
  static let points = [[0.1, 0.2], [0.4, 0.9], [0.8, 0.3], [0.5, 0.5]]
  static let values = [1, -1, 0.5, -0.5]
  static let kernel = MaternKernel(lengths: [0.5, 2], noise: 1e-3)

  /// `numpy.linalg.cholesky`, `slogdet` and `solve`.
  @Test func `the triangle, the determinant and solutions are NumPy's`() throws {
    let matrix = [4, 1, 0.5, 1, 3, -1, 0.5, -1, 5]
    let factor = try #require(Cholesky(matrix, size: 3))
    let lower = [
      2, 0, 0, 0.5, 1.6583123951777, 0, 0.25, -0.6784005252999682, 2.1159566931467966,
    ]
    #expect(zip(factor.lower, lower).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(factor.jitter == 0)
    #expect(abs(factor.logDeterminant - 3.896909367618098) < 1e-13)
    let solution = factor.backward(factor.forward([1, 2, 3]))
    let expected = [-0.09137055837563454, 0.9644670050761422, 0.8020304568527918]
    #expect(zip(solution, expected).allSatisfy { abs($0 - $1) < 1e-14 })
    let inverse = factor.inverse()
    for row in 0..<3 {
      for column in 0..<3 {
        let product = (0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * inverse[$1 * 3 + column] }
        #expect(abs(product - (row == column ? 1 : 0)) < 1e-14)
      }
    }
  }

  @Test func `a matrix that is nearly singular gets some jitter, one that is no matrix nothing`() {
    #expect((Cholesky([1, 1, 1, 1], size: 2)?.jitter ?? 0) > 0)
    #expect(Cholesky([1, .nan, .nan, 1], size: 2) == nil)
    #expect(Cholesky([.infinity], size: 1) == nil)
    #expect(Cholesky([1, 5, 5, 1], size: 2) == nil)
  }

  /// `sklearn.gaussian_process.kernels.Matern([0.5, 2.0], nu=2.5)`.
  @Test func `the kernel is scikit-learn's`() {
    let squares = KernelDistances(Self.points, unordered: [false, false])
      .scaled(by: Self.kernel.lengths)
    let row = [0.7103064151592333, 0.32285179984598456, 0.6358030349552221]
    for place in 0..<3 {
      let correlation = MaternKernel.correlation(squares[(place + 1) * 4])
      #expect(abs(correlation - row[place]) < 1e-14)
    }
  }

  /// `GaussianProcessRegressor(kernel, alpha=1e-3, optimizer=None)`.
  @Test(arguments: [
    ([0.3, 0.7], -0.49130862050391055, 0.15056859400430475),
    ([0.95, 0.05], 0.8069790011824356, 0.32433666289394597),
  ])
  func `beliefs are scikit-learn's`(place: [Double], mean: Double, deviation: Double) throws {
    let process = try #require(
      GaussianProcess(
        Self.points, values: Self.values, unordered: [false, false], kernel: Self.kernel))
    let belief = process.belief(at: place)
    #expect(abs(belief.mean - mean) < 1e-10)
    #expect(abs(belief.deviation - deviation) < 1e-10)
  }

  @Test func `the likelihood's gradient is its slope`() throws {
    let fit = KernelFit(
      KernelDistances(Self.points, unordered: [false, true]), values: Self.values)
    let logs = [log(0.4), log(1.5), log(0.02)]
    let gradient = try #require(fit.likelihood(logs)).gradient
    for place in logs.indices {
      var (above, below) = (logs, logs)
      above[place] += 1e-5
      below[place] -= 1e-5
      let higher = try #require(fit.likelihood(above)).value
      let lower = try #require(fit.likelihood(below)).value
      let slope = (higher - lower) / 2e-5
      #expect(abs(slope - gradient[place]) < 1e-6)
    }
  }

  /// The integral of Φ up to z, by `scipy.integrate.quad` on `scipy.special.log_ndtr`.
  @Test(arguments: [
    (3.0, 1.098739665327708), (0, -0.9189385332046728), (-0.9, -2.2982829894596515),
    (-1.5, -3.52993592080571), (-5, -16.744301162660992), (-19, -187.3160476011267),
    (-25, -319.861463581496), (-100, -5010.129578800251),
  ])
  func `the logarithm of the expected improvement keeps its digits far out`(
    z: Double, expected: Double
  ) {
    #expect(abs(ExpectedImprovement.logH(z) - expected) < 1e-4)
    #expect(z < -10 || abs(ExpectedImprovement.logH(z) - expected) < 1e-9)
  }

  @Test func `a parameter that does nothing gets a long scale`() {
    var random = SeededGenerator(seed: 3)
    let points = (0..<40).map { _ in [random.nextUnit(), random.nextUnit()] }
    let values = BeliefData.standardized(points.map { sin(8 * $0[0]) }) ?? []
    let kernel = KernelFit(
      KernelDistances(points, unordered: [false, false]), values: values
    ).kernel(steps: 40)
    #expect(kernel.lengths[1] > 5 * kernel.lengths[0])
    #expect(kernel.noise < 0.01)
  }

  @Test func `hopeless values are cut off, and equal ones tell nothing`() throws {
    let values = try #require(BeliefData.standardized([0, 1, 2, 1e300, -.infinity]))
    #expect(values.allSatisfy { $0.isFinite })
    #expect(values[4] == values[0])
    #expect(BeliefData.standardized([2, 2, 2]) == nil)
  }
}
