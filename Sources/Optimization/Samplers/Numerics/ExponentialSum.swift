import Foundation

/// A sum of exponentials whose logarithm is asked for; the first term is 1.
///
/// It does not overflow, and leaves out terms below e^-32 of what is there by then: a million of them
/// together change the logarithm by some 1e-8, thousands by 1e-10.
struct ExponentialSum {
  private var reference = 0.0
  /// In units of e to the power of the reference; at least 1.
  private var sum = 1.0

  /// ln of the sum.
  private(set) var log = 0.0

  /// Adds e to the power of each.
  mutating func add(_ exponents: UnsafeBufferPointer<Double>) {
    var largest = -Double.infinity
    for exponent in exponents { largest = exponent > largest ? exponent : largest }
    if largest > reference + 300 {
      sum = sum * exp(reference - largest)
      reference = largest
    }
    let least = log - 32
    guard largest >= least else { return }
    for exponent in exponents where exponent >= least { sum += exp(exponent - reference) }
    log = reference + Foundation.log(sum)
  }
}
