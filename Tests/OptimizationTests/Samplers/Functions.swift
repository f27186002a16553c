import Basics
import Foundation
import Testing

@testable import Optimization

/// A published test function with its domain and its least value.
struct TestFunction: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var ranges: [ClosedRange<Double>]
  var optimum: Double
  var value: @Sendable ([Double]) -> Double

  static func cube(
    _ name: String, _ dimensions: Int, _ range: ClosedRange<Double>, optimum: Double = 0,
    value: @escaping @Sendable ([Double]) -> Double
  ) -> TestFunction {
    TestFunction(
      testDescription: name, ranges: [ClosedRange<Double>](repeating: range, count: dimensions),
      optimum: optimum, value: value)
  }

  static let sphere = cube("Sphere", 5, -5...5) { x in
    x.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
  }

  /// Rosenbrock 1960.
  static let rosenbrock = cube("Rosenbrock", 4, -2...2) { x in
    zip(x, x.dropFirst()).reduce(0) {
      $0 + 100 * pow($1.1 - $1.0 * $1.0, 2) + pow(1 - $1.0, 2)
    }
  }

  /// Branin 1972.
  static let branin = TestFunction(
    testDescription: "Branin", ranges: [-5...10, 0...15], optimum: 0.397887
  ) { x in
    let (a, b) = (x[0], x[1])
    return pow(b - 5.1 / (4 * .pi * .pi) * a * a + 5 / .pi * a - 6, 2)
      + 10 * (1 - 1 / (8 * .pi)) * cos(a) + 10
  }

  /// Hartmann 1973, in six dimensions.
  static let hartmann = cube("Hartmann6", 6, 0...1, optimum: -3.32237) { x in
    let alpha = [1.0, 1.2, 3.0, 3.2]
    let a: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ]
    let p: [[Double]] = [
      [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
    ]
    return -(0..<4).reduce(0.0) { sum, row in
      let inner = x.indices.reduce(0.0) { $0 + a[row][$1] * pow(x[$1] - 1e-4 * p[row][$1], 2) }
      return sum + alpha[row] * exp(-inner)
    }
  }

  /// Ackley 1987.
  static let ackley = cube("Ackley", 5, -30...34) { x in
    let n = Double(x.count)
    return -20 * exp(-0.2 * (x.reduce(0) { $0 + $1 * $1 } / n).squareRoot())
      - exp(x.reduce(0) { $0 + cos(2 * .pi * $1) } / n) + 20 + M_E
  }

  static let all = [sphere, rosenbrock, branin, hartmann, ackley]

  var space: SearchSpace {
    SamplerCases.space(
      ranges.enumerated().map {
        SearchParameter("x\($0)", .float(low: $1.lowerBound, high: $1.upperBound))
      })
  }

  /// The median over seeds of how far the best of some trials is from the least value.
  func regret(_ sampler: any Sampler, trials: Int, seeds: Int = 9) -> Double {
    (0..<seeds).map { seed in
      var study = Study(
        space: space, goal: .minimize, sampler: sampler, seed: UInt64(seed), budget: trials)
      for _ in 0..<trials {
        let trial = study.ask()
        let x = ranges.indices.map { trial.point.number("x\($0)") ?? .nan }
        study.tell(trial.number, .completed(value: value(x)))
      }
      return (study.best?.value ?? .nan) - optimum
    }.sorted()[seeds / 2]
  }
}
