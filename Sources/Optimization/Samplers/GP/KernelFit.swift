import Foundation

/// Finds the length scales and the noise that make measured values most likely.
///
/// The logarithm of the marginal likelihood (Rasmussen & Williams 2006, equation 5.8 and its
/// gradient 5.9) with log-normal priors: for lengths that of Hvarfner, Hellsten & Nardi 2024, which grows with
/// the number of parameters. Parameters with a condition have a prior of short lengths: few trials tell of them, and
/// what a long one says of places that nobody has seen keeps a search out of their branch. Climbed by Rprop
/// (Riedmiller & Braun 1993), which needs no line search.
struct KernelFit {
  private let distances: KernelDistances
  private let values: [Double]
  /// Of the logarithms of lengths, for each parameter.
  private let lengthPriors: [Prior]
  private static let noisePrior = Prior(center: -8, spread: 2)

  /// A normal distribution.
  private struct Prior {
    var center: Double
    var spread: Double
  }

  /// - Parameters:
  ///   - values: standardized.
  ///   - conditional: which parameters have a condition; nil for none.
  init(_ distances: KernelDistances, values: [Double], conditional: [Bool]? = nil) {
    self.distances = distances
    self.values = values
    let count = distances.squares.count
    let ordinary = Prior(
      center: 2.0.squareRoot() + log(Double(max(count, 1))) / 2, spread: 3.0.squareRoot())
    let short = Prior(center: log(0.3), spread: 1)
    lengthPriors = (conditional ?? Array(repeating: false, count: count))
      .map { $0 ? short : ordinary }
  }

  /// The best kernel after so many steps from the middle of moderate lengths.
  func kernel(steps: Int) -> MaternKernel {
    let dimensions = distances.squares.count
    var logs = [Double](
      repeating: log(0.5 * Double(max(dimensions, 1)).squareRoot()), count: dimensions)
    logs.append(log(1e-3))
    var sizes = [Double](repeating: 0.2, count: logs.count)
    var before = [Double](repeating: 0, count: logs.count)
    var best: (value: Double, logs: [Double])?
    for _ in 0..<steps {
      guard let (value, gradient) = likelihood(logs) else { break }
      if best.map({ value > $0.value }) ?? true { best = (value, logs) }
      for place in logs.indices {
        let product = gradient[place] * before[place]
        if product > 0 { sizes[place] = min(sizes[place] * 1.3, 1) }
        if product < 0 { sizes[place] = max(sizes[place] * 0.5, 1e-3) }
        before[place] = product < 0 ? 0 : gradient[place]
        let sign = before[place] > 0 ? 1.0 : before[place] < 0 ? -1 : 0
        logs[place] += sign * sizes[place]
      }
      for place in 0..<dimensions { logs[place] = min(max(logs[place], -5), 7) }
      logs[dimensions] = min(max(logs[dimensions], log(1e-8)), 0)
      if sizes.allSatisfy({ $0 < 5e-3 }) { break }
    }
    let found = best?.logs ?? logs
    return MaternKernel(lengths: found.dropLast().map { exp($0) }, noise: exp(found[dimensions]))
  }

  /// The kernel with the shortest lengths, in the proportions of this one, that the values do not refute.
  ///
  /// Twice the logarithm of the likelihood falls by at most `most`, the 95 % quantile of χ² with one degree of
  /// freedom (the profile likelihood of one factor for all lengths).
  func shortest(of kernel: MaternKernel, most: Double = 3.84) -> MaternKernel {
    func value(_ kernel: MaternKernel) -> Double {
      likelihood((kernel.lengths + [kernel.noise]).map { log($0) })?.value ?? -.infinity
    }
    let best = value(kernel)
    var found = kernel
    for _ in 0..<12 {
      var shorter = found
      shorter.lengths = found.lengths.map { $0 * 0.85 }
      if 2 * (best - value(shorter)) > most { break }
      found = shorter
    }
    return found
  }

  /// The logarithm of likelihood times priors, and its gradient by the logs of lengths and noise.
  func likelihood(_ logs: [Double]) -> (value: Double, gradient: [Double])? {
    let count = distances.count
    let dimensions = distances.squares.count
    let lengths = logs.dropLast().map { exp($0) }
    let noise = exp(logs[dimensions])
    let squares = distances.scaled(by: lengths)
    var matrix = squares.map(MaternKernel.correlation)
    for row in 0..<count { matrix[row * count + row] = 1 + noise }
    guard let factor = Cholesky(matrix, size: count) else { return nil }
    let alpha = factor.backward(factor.forward(values))
    let inverse = factor.inverse()
    let fit = zip(values, alpha).reduce(0) { $0 + $1.0 * $1.1 }
    var value = -0.5 * fit - 0.5 * factor.logDeterminant
    // Half of the trace of (ααᵀ - K⁻¹)·∂K/∂θ; off the diagonal each pair counts twice.
    var weights = [Double](repeating: 0, count: count * count)
    var trace = 0.0
    for row in 0..<count {
      for column in 0..<row {
        let place = row * count + column
        weights[place] =
          (alpha[row] * alpha[column] - inverse[place]) * MaternKernel.slope(squares[place])
      }
      trace += alpha[row] * alpha[row] - inverse[row * count + row]
    }
    var gradient = [Double](repeating: 0, count: dimensions + 1)
    for (axis, matrix) in distances.squares.enumerated() {
      var sum = 0.0
      for row in 0..<count {
        for place in (row * count)..<(row * count + row) { sum += weights[place] * matrix[place] }
      }
      // ∂(square)/∂(log length) is -2·square/length².
      gradient[axis] = 2 * sum / (lengths[axis] * lengths[axis])
    }
    gradient[dimensions] = 0.5 * trace * noise
    for (place, prior) in (lengthPriors + [Self.noisePrior]).enumerated() {
      let distance = (logs[place] - prior.center) / prior.spread
      value -= 0.5 * distance * distance
      gradient[place] -= distance / prior.spread
    }
    return value.isFinite ? (value, gradient) : nil
  }
}
