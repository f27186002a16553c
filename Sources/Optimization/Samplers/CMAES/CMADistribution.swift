import Basics
import Foundation

/// The normal distribution that CMA-ES moves over the unit cube, and how a generation moves it.
///
/// Hansen 2016, equations (5)–(47). Points that come from elsewhere or from an older
/// distribution are shortened as Hansen 2011 ("Injecting external solutions into CMA-ES") has it.
struct CMADistribution: Sendable {
  let population: Int
  private let constants: CMAWeights
  private(set) var mean: [Double]
  /// σ.
  private(set) var stepSize: Double
  private var covariance: SymmetricMatrix
  private var sigmaPath: [Double]
  private var covariancePath: [Double]
  private var eigen: SymmetricEigen
  private(set) var generation = 0
  private var eigenGeneration = 0

  var dimensions: Int { mean.count }

  init(mean: [Double], stepSize: Double, population: Int) {
    self.mean = mean
    self.stepSize = stepSize
    self.population = population
    constants = CMAWeights(dimensions: mean.count, population: population)
    covariance = SymmetricMatrix(identity: mean.count)
    sigmaPath = [Double](repeating: 0, count: mean.count)
    covariancePath = sigmaPath
    eigen = SymmetricEigen(covariance)
  }

  /// Standard deviation of one coordinate.
  func deviation(_ place: Int) -> Double {
    stepSize * max(covariance[place, place], 0).squareRoot()
  }

  /// Ratio of the longest to the shortest axis, squared; infinite where the matrix is broken.
  var condition: Double {
    guard let least = eigen.values.first, let most = eigen.values.last, least > 0,
      most.isFinite, stepSize.isFinite
    else { return .infinity }
    return most / least
  }

  /// m + σ·B·D·z.
  func point(from z: [Double]) -> [Double] {
    var point = mean
    for (axis, vector) in eigen.vectors.enumerated() {
      let length = stepSize * max(eigen.values[axis], 0).squareRoot() * z[axis]
      for place in point.indices { point[place] += length * vector[place] }
    }
    return point
  }

  /// C^(-1/2)·y.
  private func whitened(_ y: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: y.count)
    for (axis, vector) in eigen.vectors.enumerated() {
      let share = zip(vector, y).reduce(0) { $0 + $1.0 * $1.1 }
      let length = share / max(eigen.values[axis], 1e-300).squareRoot()
      for place in result.indices { result[place] += length * vector[place] }
    }
    return result
  }

  /// Moves the distribution to where a generation's best points are; `points` come best first.
  mutating func update(with points: [[Double]]) {
    let n = Double(dimensions)
    let longest = n.squareRoot() + 2 * n / (n + 2)
    var steps: [(y: [Double], length: Double)] = points.map { point in
      let y = zip(point, mean).map { ($0 - $1) / stepSize }
      let length = Self.norm(whitened(y))
      return length > longest ? (y.map { $0 * longest / length }, longest) : (y, length)
    }
    steps = Array(steps.prefix(constants.weights.count))
    generation += 1

    var yMean = [Double](repeating: 0, count: dimensions)
    for (step, weight) in zip(steps, constants.weights) where weight > 0 {
      for place in yMean.indices { yMean[place] += weight * step.y[place] }
    }
    for place in mean.indices { mean[place] += stepSize * yMean[place] }

    let c = constants
    let pull = (c.cSigma * (2 - c.cSigma) * c.effectiveParents).squareRoot()
    let white = whitened(yMean)
    for place in sigmaPath.indices {
      sigmaPath[place] = (1 - c.cSigma) * sigmaPath[place] + pull * white[place]
    }
    let length = Self.norm(sigmaPath)
    let settled = (1 - pow(1 - c.cSigma, 2 * Double(generation))).squareRoot()
    let isShort = length / settled < (1.4 + 2 / (n + 1)) * c.expectedLength
    let drift = (c.cC * (2 - c.cC) * c.effectiveParents).squareRoot()
    for place in covariancePath.indices {
      covariancePath[place] =
        (1 - c.cC) * covariancePath[place] + (isShort ? drift * yMean[place] : 0)
    }

    let lost = isShort ? 0 : c.c1 * c.cC * (2 - c.cC)
    covariance.scale(by: 1 + lost - c.c1 - c.cMu * c.weights.reduce(0, +))
    covariance.add(c.c1, outerSquareOf: covariancePath)
    for (step, weight) in zip(steps, c.weights) {
      let factor = weight >= 0 ? weight : weight * n / max(step.length * step.length, 1e-8)
      covariance.add(c.cMu * factor, outerSquareOf: step.y)
    }
    stepSize *= exp(min(c.cSigma / c.dSigma * (length / c.expectedLength - 1), 1))
    stepSize = min(stepSize, 1)

    let interval = 1 / (10 * n * (c.c1 + c.cMu))
    if Double(generation - eigenGeneration) >= interval {
      eigen = SymmetricEigen(covariance)
      eigenGeneration = generation
    }
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
