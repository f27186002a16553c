import Foundation

/// The lower triangle L with L·Lᵀ equal to a positive definite matrix, and what is solved with it.
///
/// Row by row (Golub & Van Loan, "Matrix Computations", §4.2). Where rounding makes the matrix
/// indefinite, a growing multiple of the identity is added, as is usual for kernels.
struct Cholesky: Sendable {
  let size: Int
  /// Row by row; zero above the diagonal.
  private(set) var lower: [Double]
  /// What was added to the diagonal.
  private(set) var jitter: Double

  /// nil where even much jitter does not help: elements that are not finite.
  ///
  /// - Parameter matrix: row by row; the lower triangle counts.
  init?(_ matrix: [Double], size: Int) {
    self.size = size
    jitter = 0
    lower = []
    let largest = (0..<size).reduce(0.0) { max($0, abs(matrix[$1 * size + $1])) }
    guard largest.isFinite else { return nil }
    for jitter in [0] + (0..<6).map({ largest * pow(10, Double($0) - 10) }) {
      if let lower = Self.factor(matrix, size, jitter) {
        (self.lower, self.jitter) = (lower, jitter)
        return
      }
    }
    return nil
  }

  private static func factor(_ matrix: [Double], _ size: Int, _ jitter: Double) -> [Double]? {
    var lower = [Double](repeating: 0, count: size * size)
    let isPositive = lower.withUnsafeMutableBufferPointer { l in
      for row in 0..<size {
        for column in 0...row {
          var sum = matrix[row * size + column] + (row == column ? jitter : 0)
          for k in 0..<column { sum -= l[row * size + k] * l[column * size + k] }
          if row == column {
            guard sum > 0, sum.isFinite else { return false }
            l[row * size + row] = sum.squareRoot()
          } else {
            l[row * size + column] = sum / l[column * size + column]
          }
        }
      }
      return true
    }
    return isPositive ? lower : nil
  }

  /// L⁻¹·b.
  func forward(_ b: [Double]) -> [Double] {
    var x = b
    lower.withUnsafeBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        for row in 0..<size {
          var sum = x[row]
          for k in 0..<row { sum -= l[row * size + k] * x[k] }
          x[row] = sum / l[row * size + row]
        }
      }
    }
    return x
  }

  /// L⁻ᵀ·b.
  func backward(_ b: [Double]) -> [Double] {
    var x = b
    lower.withUnsafeBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        for row in (0..<size).reversed() {
          let value = x[row] / l[row * size + row]
          x[row] = value
          for k in 0..<row { x[k] -= l[row * size + k] * value }
        }
      }
    }
    return x
  }

  /// The inverse of the matrix, row by row.
  func inverse() -> [Double] {
    // Rows of the transposed inverse of L first: columns of L⁻¹ start at their diagonal.
    var inverse = [Double](repeating: 0, count: size * size)
    var columns = inverse
    lower.withUnsafeBufferPointer { l in
      columns.withUnsafeMutableBufferPointer { c in
        for column in 0..<size {
          c[column * size + column] = 1 / l[column * size + column]
          for row in (column + 1)..<max(size, column + 1) {
            var sum = 0.0
            for k in column..<row { sum -= l[row * size + k] * c[column * size + k] }
            c[column * size + row] = sum / l[row * size + row]
          }
        }
        inverse.withUnsafeMutableBufferPointer { a in
          for row in 0..<size {
            for column in 0...row {
              var sum = 0.0
              for k in row..<size { sum += c[row * size + k] * c[column * size + k] }
              a[row * size + column] = sum
              a[column * size + row] = sum
            }
          }
        }
      }
    }
    return inverse
  }

  /// The logarithm of the matrix's determinant.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * log(lower[$1 * size + $1]) }
  }
}
