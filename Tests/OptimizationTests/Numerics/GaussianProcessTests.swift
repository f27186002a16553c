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

  /// `numpy.linalg.cholesky` of the matrix with 1e-10 more on its diagonal, where NumPy, too, succeeds first.
  @Test func `a matrix that is nearly singular gets the least jitter that helps`() throws {
    // Two pairs of points that nearly coincide, and one by itself, 0.7 long.
    let places = [0, 1e-9, 0.5, 0.5 + 1e-9, 1]
    let close = places.flatMap { row in
      places.map { MaternKernel.correlation(pow((row - $0) / 0.7, 2)) }
    }
    let kernel = try #require(Cholesky(close, size: 5))
    #expect(kernel.jitter == 1e-10)
    let lower = [
      1.00000000005, 0.9999999999499999, 1.4142144059253502e-05, 0.6980022653299457,
      6.817097950232055e-05, 0.7160955474285409, 0.698002264435662, 6.817099520323579e-05,
      0.7160955481605815, 1.4142128358329565e-05, 0.31136331983899224, 4.355425246949598e-05,
      0.6712371855033867, 4.817924605140071e-05, 0.6726763855957193,
    ]
    let found = (0..<5).flatMap { row in kernel.lower[(row * 5)...(row * 5 + row)] }
    // What was rounded away beside 1 is some 1e-11 of the small ones.
    #expect(zip(found, lower).allSatisfy { abs($0 - $1) < 1e-10 })
    let twice = try #require(Cholesky([1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1], size: 3))
    #expect(twice.jitter == 1e-10)
    let triangle = [
      1.00000000005, 0, 0, 0.99999999995, 1.4142136208793713e-05, 0, 0.499999999975,
      3.5355340521984278e-06, 0.8660254038493905,
    ]
    #expect(zip(twice.lower, triangle).allSatisfy { abs($0 - $1) < 1e-10 })
  }

  /// `scipy.linalg.cholesky`, `cho_solve`, `solve_triangular`, `numpy.linalg.inv` and `slogdet`; an odd size beyond two tiles.
  @Test func `triangles, solutions and inverses are SciPy's beyond one tile`() throws {
    let size = 19
    let matrix = (0..<size * size).map { place -> Double in
      let (row, column) = (place / size, place % size)
      return 1 / Double(row + column + 1) + (row == column ? 0.5 : 0)
    }
    let factor = try #require(Cholesky(matrix, size: size))
    #expect(abs(factor.logDeterminant - -10.780641818559022) < 1e-12)
    let last = [
      0.042973504259354006, 0.039750491439902454, 0.03774202923742303, 0.035505492119178035,
      0.03342203114014033, 0.031524572339500005, 0.029798401339258474, 0.028223529904745318,
      0.02678166029289319, 0.025457082461184288, 0.0242364437968763, 0.023108361534890196,
      0.022063072538698728, 0.02109214837018965, 0.020188268515911247, 0.019345039687353006,
      0.018556850655956487, 0.01781875448959024, 0.7157218161723682,
    ]
    #expect(zip(factor.lower.suffix(size), last).allSatisfy { abs($0 - $1) < 1e-14 })
    let sines = (1...size).map { sin(Double($0)) }
    let forward = factor.forward(sines)
    #expect(abs(forward[0] - 0.687058182045534) < 1e-14)
    #expect(abs(forward[17] - -1.031556370660142) < 1e-13)
    #expect(abs(forward[18] - 0.25213160903146964) < 1e-13)
    let solution = factor.backward(forward)
    let ends = [0.502050400588239, 1.367695097935892, 0.07328593915406546]
    #expect(zip(solution, ends).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(solution[18] - 0.35227598675118266) < 1e-12)
    #expect(zip(factor.product(forward), sines).allSatisfy { abs($0 - $1) < 1e-14 })
    let inverse = factor.inverse()
    #expect(abs(inverse[0] - 0.8956425403837958) < 1e-12)
    #expect(abs(inverse[size * size - 1] - 1.952142377905171) < 1e-12)
  }

  @Test(arguments: [1, 2, 3, 7, 8, 9, 15, 16, 17, 40])
  func `a matrix times its inverse is one, of whatever size`(size: Int) throws {
    var random = SeededGenerator(seed: UInt64(size))
    var symmetric = SymmetricMatrix(identity: size, times: 0.1)
    for _ in 0..<size {
      symmetric.add(1, outerSquareOf: (0..<size).map { _ in random.nextUnit() - 0.5 })
    }
    let factor = try #require(Cholesky(symmetric.elements, size: size))
    let inverse = factor.inverse()
    for row in 0..<size {
      for column in 0..<size {
        let product = (0..<size).reduce(0) {
          $0 + symmetric[row, $1] * inverse[$1 * size + column]
        }
        #expect(abs(product - (row == column ? 1 : 0)) < 1e-12)
        #expect(inverse[row * size + column] == inverse[column * size + row])
      }
    }
  }

  /// The draws of a process have the mean and the spread that it believes in.
  @Test func `drawn functions are as they are believed to be`() throws {
    let process = try #require(
      GaussianProcess(
        Self.points, values: Self.values, unordered: [false, false], kernel: Self.kernel))
    let places = [[0.3, 0.7], [0.95, 0.05], [0.31, 0.7]]
    var random = SeededGenerator(seed: 4)
    let draws = try #require(process.draws(4_000, at: places, using: &random))
    for (index, place) in places.enumerated() {
      let belief = process.belief(at: place)
      let mean = draws.reduce(0) { $0 + $1[index] / 4_000 }
      let square = draws.reduce(0) { $0 + pow($1[index] - belief.mean, 2) / 4_000 }
      #expect(abs(mean - belief.mean) < 4 * belief.deviation / 4_000.0.squareRoot())
      #expect(abs(square.squareRoot() / belief.deviation - 1) < 0.05)
    }
    // Neighbors go together.
    let apart = draws.reduce(0) { $0 + pow($1[0] - $1[2], 2) / 4_000 }
    #expect(apart.squareRoot() < 0.4 * process.belief(at: places[0]).deviation)
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
