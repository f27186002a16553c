import Basics
import Testing

@testable import Optimization

/// Numerics against SciPy 1.17.1 and NumPy 2.4.6.
struct NumericsTests {
  /// `scipy.stats.norm.ppf`.
  static let quantiles: [(Double, Double)] = [
    (1e-200, -30.20559417957964), (1e-12, -7.034483825301131), (0.001, -3.090232306167813),
    (0.02425, -1.972961051311885), (0.3, -0.5244005127080409), (0.5, 0),
    (0.9, 1.2815515655446004), (0.999999, 4.753424308817087),
  ]

  @Test(arguments: quantiles)
  func `the normal quantile is SciPy's`(share: Double, z: Double) {
    #expect(abs(NormalDistribution.quantile(share) - z) <= 1e-10 * max(1, abs(z)))
  }

  /// `scipy.stats.norm.cdf`.
  @Test(arguments: [
    (-10, 7.61985302416047e-24), (-1, 0.15865525393145707), (0, 0.5), (0.5, 0.6914624612740131),
    (8, 0.9999999999999993),
  ])
  func `the normal share is SciPy's`(z: Double, share: Double) {
    #expect(abs(NormalDistribution.share(below: z) / share - 1) < 1e-13)
  }

  struct Truncated: Sendable {
    var share, mean, deviation, value: Double
  }

  /// `scipy.stats.truncnorm.ppf(share, (0 - mean) / deviation, (1 - mean) / deviation, mean, deviation)`.
  @Test(arguments: [
    Truncated(share: 0.5, mean: 0.5, deviation: 0.2, value: 0.5),
    Truncated(share: 0.1, mean: 0.02, deviation: 0.05, value: 0.00863824046448242),
    Truncated(share: 0.9, mean: 0.02, deviation: 0.05, value: 0.09549198184601297),
    Truncated(share: 0.25, mean: -1, deviation: 0.1, value: 0.0028449055369230702),
    Truncated(share: 0.75, mean: 2, deviation: 0.1, value: 0.9971550944630769),
    Truncated(share: 0.999, mean: 1, deviation: 0.02, value: 0.9999749337106913),
  ])
  func `the truncated normal is SciPy's`(expected: Truncated) {
    let value = NormalDistribution.truncated(
      share: expected.share, mean: expected.mean, deviation: expected.deviation, from: 0, to: 1)
    #expect(abs(value - expected.value) < 1e-11)
  }

  /// `scipy.stats.qmc.Sobol(8, scramble=False)`.
  @Test(arguments: [
    (0, [0, 0, 0, 0, 0, 0, 0, 0]), (1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
    (2, [0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75]),
    (5, [0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375]),
    (10, [0.9375, 0.0625, 0.6875, 0.1875, 0.3125, 0.5625, 0.1875, 0.1875]),
    (
      100,
      [
        0.4140625, 0.2578125, 0.7734375, 0.7265625, 0.8828125, 0.7421875, 0.0234375, 0.4765625,
      ]
    ),
    (
      1023,
      [
        0.0009765625, 0.7529296875, 0.6123046875, 0.1455078125, 0.1865234375, 0.4384765625,
        0.1396484375, 0.6181640625,
      ]
    ),
  ])
  func `Sobol's points are SciPy's`(index: Int, point: [Double]) {
    #expect(SobolSequence(seed: nil).point(index, dimensions: 8) == point)
  }

  /// `scipy.stats.qmc.Sobol(128, scramble=False)`.
  @Test func `Sobol's points are SciPy's in the last dimension, and over all of them`() {
    let sequence = SobolSequence(seed: nil)
    #expect(sequence.point(5, dimensions: 128)[127] == 0.125)
    #expect(sequence.point(200, dimensions: 128)[127] == 0.53515625)
    #expect(sequence.point(77, dimensions: 128).reduce(0, +) == 64.015625)
    #expect(DirectionNumbers.all.count == DirectionNumbers.dimensionCount)
  }

  @Test(arguments: 0..<5)
  func `scrambling keeps each elementary interval filled once`(seed: UInt64) {
    let sequence = SobolSequence(seed: seed)
    let points = (0..<256).map { sequence.point($0, dimensions: 10) }
    for dimension in 0..<10 {
      #expect(Set(points.map { Int($0[dimension] * 256) }).count == 256)
    }
    // The first two dimensions are a (0, 8, 2)-net in base 2.
    for bits in 0...8 {
      let cells = points.map { point in
        Int(point[0] * Double(1 << bits)) << 10 | Int(point[1] * Double(1 << (8 - bits)))
      }
      #expect(Set(cells).count == 256)
    }
    #expect(points != (0..<256).map { SobolSequence(seed: seed + 1).point($0, dimensions: 10) })
  }

  /// `numpy.linalg.eigh`.
  @Test func `eigenvalues and vectors are NumPy's`() {
    let eigen = SymmetricEigen(
      SymmetricMatrix(rows: [[4, 1, 0.5], [1, 3, -1], [0.5, -1, 5]]))
    let values = [1.97196985, 4.60741912, 5.42061104]
    let vectors = [
      [0.48215734, -0.80508333, -0.3454926], [0.87238606, 0.4774096, 0.10498874],
      [-0.0804168, 0.35202402, -0.93253002],
    ]
    for place in 0..<3 {
      #expect(abs(eigen.values[place] - values[place]) < 1e-8)
      let same = zip(eigen.vectors[place], vectors[place]).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(abs(same) - 1) < 1e-8)
    }
  }

  @Test(arguments: [1, 2, 7, 20])
  func `a matrix is the sum of its eigenvectors' squares`(size: Int) {
    var random = SeededGenerator(seed: UInt64(size))
    var matrix = SymmetricMatrix(identity: size)
    for _ in 0..<size {
      matrix.add(1, outerSquareOf: (0..<size).map { _ in random.nextUnit() - 0.5 })
    }
    let eigen = SymmetricEigen(matrix)
    var sum = SymmetricMatrix(identity: size, times: 0)
    for (value, vector) in zip(eigen.values, eigen.vectors) {
      sum.add(value, outerSquareOf: vector)
    }
    #expect(zip(sum.elements, matrix.elements).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(eigen.values == eigen.values.sorted())
  }
}
