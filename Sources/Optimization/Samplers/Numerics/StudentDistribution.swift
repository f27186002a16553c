import Foundation

/// Student's t distribution.
enum StudentDistribution {
  /// The share above a value, with so many degrees of freedom (1 or more).
  ///
  /// The finite sums of Abramowitz & Stegun 1964, 26.7.3 and 26.7.4; exact up to rounding.
  static func share(above t: Double, degrees: Int) -> Double {
    if t == .infinity { return 0 }
    let angle = atan(t / Double(degrees).squareRoot())
    let square = cos(angle) * cos(angle)
    let isOdd = degrees % 2 == 1
    var (sum, term) = (0.0, isOdd ? cos(angle) : 1)
    for k in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
      sum += term
      term *= square * Double(k + 1) / Double(k + 2)
    }
    let inside = isOdd ? 2 / .pi * (angle + sin(angle) * sum) : sin(angle) * sum
    return min(max((1 - inside) / 2, 0), 1)
  }
}
