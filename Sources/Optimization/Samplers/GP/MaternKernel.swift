import Foundation

/// The Matérn kernel with ν = 5/2 and a length scale for each parameter (ARD).
///
/// Rasmussen & Williams 2006, equation (4.17). Values without an order are as far apart as the
/// whole range of a number.
struct MaternKernel: Sendable, Equatable {
  /// Length scales in shares of the range.
  var lengths: [Double]
  /// Variance of what is measured around the function, beside a variance of 1 of the function.
  var noise: Double

  /// The correlation at a squared distance in length scales.
  static func correlation(_ square: Double) -> Double {
    let root = (5 * square).squareRoot()
    return (1 + root + 5 * square / 3) * exp(-root)
  }

  /// Minus the derivative of the correlation by the squared distance.
  static func slope(_ square: Double) -> Double {
    let root = (5 * square).squareRoot()
    return 5.0 / 6 * (1 + root) * exp(-root)
  }
}

/// Places of trials with the squared distances between them, a matrix for each parameter.
struct KernelDistances: Sendable {
  let count: Int
  /// Squared distances, row by row, lower triangle.
  let squares: [[Double]]

  /// - Parameters:
  ///   - points: places in 0...1, or indices where `unordered` says so.
  init(_ points: [[Double]], unordered: [Bool]) {
    count = points.count
    squares = unordered.indices.map { axis in
      var matrix = [Double](repeating: 0, count: points.count * points.count)
      for row in points.indices {
        for column in 0..<row {
          matrix[row * points.count + column] = Self.square(
            points[row][axis], points[column][axis], unordered[axis])
        }
      }
      return matrix
    }
  }

  static func square(_ one: Double, _ other: Double, _ isUnordered: Bool) -> Double {
    if isUnordered { return one == other ? 0 : 1 }
    return (one - other) * (one - other)
  }

  /// The squared distances in a kernel's length scales, lower triangle.
  func scaled(by lengths: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: count * count)
    for (axis, matrix) in squares.enumerated() {
      let factor = 1 / (lengths[axis] * lengths[axis])
      for row in 0..<count {
        for place in (row * count)..<(row * count + row) { sum[place] += factor * matrix[place] }
      }
    }
    return sum
  }
}
