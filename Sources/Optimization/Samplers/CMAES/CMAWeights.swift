import Foundation

/// The constants of CMA-ES for a dimension and a population.
///
/// Hansen 2016 ("The CMA Evolution Strategy: A Tutorial"), table 1, with its symbols; negative
/// weights included.
struct CMAWeights: Sendable {
  /// w_1…w_λ.
  let weights: [Double]
  /// μ_eff.
  let effectiveParents: Double
  let cSigma: Double
  let dSigma: Double
  let cC: Double
  let c1: Double
  let cMu: Double
  /// E‖N(0, I)‖.
  let expectedLength: Double

  /// λ where nothing asks for more.
  static func population(_ dimensions: Int) -> Int {
    4 + Int(3 * log(Double(max(dimensions, 1))))
  }

  init(dimensions: Int, population: Int) {
    let n = Double(dimensions)
    let raw = (1...population).map { log((Double(population) + 1) / 2) - log(Double($0)) }
    let positive = raw.filter { $0 > 0 }
    let negative = raw.filter { $0 <= 0 }
    func effective(_ weights: [Double]) -> Double {
      let sum = weights.reduce(0, +)
      let squares = weights.reduce(0) { $0 + $1 * $1 }
      return squares > 0 ? sum * sum / squares : 0
    }
    let mu = effective(positive)
    effectiveParents = mu
    c1 = 2 / ((n + 1.3) * (n + 1.3) + mu)
    cMu = min(1 - c1, 2 * (0.25 + mu + 1 / mu - 2) / ((n + 2) * (n + 2) + mu))
    let bound = min(
      1 + c1 / cMu, 1 + 2 * effective(negative) / (mu + 2), (1 - c1 - cMu) / (n * cMu))
    let positiveSum = positive.reduce(0, +)
    let negativeSum = -negative.reduce(0, +)
    weights = raw.map { weight in
      if weight > 0 { return weight / positiveSum }
      return negativeSum > 0 ? bound * weight / negativeSum : 0
    }
    cSigma = (mu + 2) / (n + mu + 5)
    dSigma = 1 + 2 * max(0, ((mu - 1) / (n + 1)).squareRoot() - 1) + cSigma
    cC = (4 + mu / n) / (n + 4 + 2 * mu / n)
    expectedLength = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
  }
}
