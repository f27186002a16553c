import Foundation

/// The normal distribution, whole and cut off.
enum NormalDistribution {
  /// Φ: the share of the standard normal distribution below `z`.
  static func share(below z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The share between two bounds; from the nearer tail, so that small shares keep their digits.
  static func share(from low: Double, to high: Double) -> Double {
    low > 0 ? share(below: -low) - share(below: -high) : share(below: high) - share(below: low)
  }

  /// φ: the density of the standard normal distribution.
  static func density(_ z: Double) -> Double { exp(-0.5 * z * z) / 2.506_628_274_631_000_5 }

  /// The quantile of a normal distribution that is cut off on both sides.
  ///
  /// By inversion: one random number a draw, no rejection loop. In the upper tail it works on the
  /// mirror image, where shares near 0 keep the digits that shares near 1 lack.
  static func truncated(
    share: Double, mean: Double, deviation: Double, from low: Double, to high: Double
  ) -> Double {
    let (bottom, top) = ((low - mean) / deviation, (high - mean) / deviation)
    let z: Double
    if bottom > 0 {
      let (far, near) = (Self.share(below: -top), Self.share(below: -bottom))
      z = -quantile(near - share * (near - far))
    } else {
      let (from, to) = (Self.share(below: bottom), Self.share(below: top))
      z = quantile(from + share * (to - from))
    }
    return min(max(mean + deviation * z, low), high)
  }

  /// Φ⁻¹ by Acklam's rational approximation, refined by one step of Halley's method (to some 1e-15).
  static func quantile(_ share: Double) -> Double {
    let p = min(max(share, 1e-300), 1 - 1e-16)
    let z = rough(p)
    // Where p is near 1 the difference has no digits left; the approximation is good enough there.
    let error = Self.share(below: z) - p
    let step = error * 2.506_628_274_631_000_5 * exp(z * z / 2)
    guard step.isFinite else { return z }
    return z - step / (1 + z * step / 2)
  }

  private static func rough(_ p: Double) -> Double {
    if p > 0.97575 { return -rough(1 - p) }
    if p < 0.02425 {
      let q = (-2 * log(p)).squareRoot()
      let top =
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
          - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
      let bottom =
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
          + 3.754408661907416) * q + 1
      return top / bottom
    }
    let q = p - 0.5
    let r = q * q
    let top =
      (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
        + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
    let bottom =
      ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
        + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1
    return top / bottom
  }
}
