import Foundation

/// The lower triangle L with L·Lᵀ equal to a positive definite matrix, and what is solved with it.
///
/// Row by row of Lᵀ (Golub & Van Loan, "Matrix Computations", §4.2). Where rounding makes the matrix
/// indefinite, a growing multiple of the identity is added, as is usual for kernels. By hand rather than by a
/// library, so that digits are the same on every machine (docs/decisions/0018-linear-algebra.md).
struct Cholesky: Sendable {
  let size: Int
  /// Lᵀ row by row, zero below the diagonal; rows end in zeros up to a whole tile, and there is an even number of them.
  private var upper: [Double]
  private let stride: Int
  /// What was added to the diagonal.
  private(set) var jitter: Double

  /// nil where even much jitter does not help: elements that are not finite.
  ///
  /// - Parameter matrix: row by row; the lower triangle counts.
  init?(_ matrix: [Double], size: Int) {
    self.size = size
    stride = RowTile.stride(size)
    jitter = 0
    upper = [Double](repeating: 0, count: (size + 1) / 2 * 2 * stride)
    let largest = (0..<size).reduce(0.0) { max($0, abs(matrix[$1 * size + $1])) }
    guard largest.isFinite else { return nil }
    for jitter in [0] + (0..<6).map({ largest * pow(10, Double($0) - 10) }) {
      self.jitter = jitter
      if factor(matrix) { return }
    }
    return nil
  }

  /// Whether the matrix with its jitter was positive definite; fills the triangle.
  private mutating func factor(_ matrix: [Double]) -> Bool {
    let (size, stride, jitter) = (size, stride, jitter)
    return upper.withUnsafeMutableBufferPointer { buffer in
      guard let u = buffer.baseAddress else { return true }
      buffer.update(repeating: 0)
      for row in 0..<size {
        for column in row..<size { u[row * stride + column] = matrix[column * size + row] }
        u[row * stride + row] += jitter
      }
      for row in Swift.stride(from: 0, to: size, by: 2) {
        let (one, other) = (u + row * stride, u + (row + 1) * stride)
        let start = row / RowTile.width * RowTile.width
        for column in Swift.stride(from: start, to: stride, by: RowTile.width) {
          var tile = RowTile(one + column, other + column)
          for k in 0..<row {
            let earlier = u + k * stride
            tile.subtract(earlier[row], earlier[row + 1], times: earlier + column)
          }
          tile.store(one + column, other + column)
        }
        for column in start..<row { (one[column], other[column]) = (0, 0) }
        guard Self.divide(one, from: row, to: size) else { return false }
        guard row + 1 < size else { break }
        other[row] = 0
        for column in (row + 1)..<size { other[column] -= one[row + 1] * one[column] }
        guard Self.divide(other, from: row + 1, to: size) else { return false }
      }
      return true
    }
  }

  /// Divides a row by the root of its diagonal element; false where that is not above zero.
  private static func divide(
    _ row: UnsafeMutablePointer<Double>, from place: Int, to size: Int
  ) -> Bool {
    guard row[place] > 0, row[place].isFinite else { return false }
    let root = row[place].squareRoot()
    for column in (place + 1)..<max(size, place + 1) { row[column] /= root }
    row[place] = root
    return true
  }

  /// Row by row; zero above the diagonal.
  var lower: [Double] {
    var lower = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row { lower[row * size + column] = upper[column * stride + row] }
    }
    return lower
  }

  /// L⁻¹·b.
  func forward(_ b: [Double]) -> [Double] {
    var x = b
    upper.withUnsafeBufferPointer { u in
      x.withUnsafeMutableBufferPointer { x in
        // Four columns at a time, so that the rows below are read and written a fourth as often.
        for first in Swift.stride(from: 0, to: size, by: 4) {
          let end = min(first + 4, size)
          for k in first..<end {
            let value = x[k] / u[k * stride + k]
            x[k] = value
            for row in (k + 1)..<max(end, k + 1) { x[row] -= u[k * stride + row] * value }
          }
          guard end < size else { break }
          let (a, b, c, d) = (x[first], x[first + 1], x[first + 2], x[first + 3])
          let line = first * stride
          for row in end..<size {
            var sum = x[row] - u[line + row] * a
            sum -= u[line + stride + row] * b
            sum -= u[line + 2 * stride + row] * c
            x[row] = sum - u[line + 3 * stride + row] * d
          }
        }
      }
    }
    return x
  }

  /// L⁻ᵀ·b.
  func backward(_ b: [Double]) -> [Double] {
    var x = b
    upper.withUnsafeBufferPointer { u in
      x.withUnsafeMutableBufferPointer { x in
        for row in (0..<size).reversed() {
          var sum = x[row]
          for k in ((row + 1)..<max(size, row + 1)).reversed() { sum -= u[row * stride + k] * x[k] }
          x[row] = sum / u[row * stride + row]
        }
      }
    }
    return x
  }

  /// L·z.
  func product(_ z: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: size)
    for k in 0..<size {
      for row in k..<size { result[row] += upper[k * stride + row] * z[k] }
    }
    return result
  }

  /// The inverse of the matrix, row by row.
  func inverse() -> [Double] {
    var inverse = [Double](repeating: 0, count: size * size)
    var triangle = lowerInverse()
    triangle.withUnsafeMutableBufferPointer { buffer in
      guard let m = buffer.baseAddress else { return }
      for row in Swift.stride(from: 0, to: size, by: 2) {
        for start in Swift.stride(from: 0, to: min(row + 2, size), by: RowTile.width) {
          var tile = RowTile()
          for k in row..<size {
            let line = m + k * stride
            tile.add(line[row], line[row + 1], times: line + start)
          }
          tile.write(to: &inverse, row, start, size: size)
        }
      }
    }
    return inverse
  }

  /// L⁻¹ row by row, as long as the rows of Lᵀ are.
  private func lowerInverse() -> [Double] {
    var triangle = [Double](repeating: 0, count: upper.count)
    upper.withUnsafeBufferPointer { u in
      triangle.withUnsafeMutableBufferPointer { buffer in
        guard let m = buffer.baseAddress else { return }
        for row in Swift.stride(from: 0, to: size, by: 2) {
          let (one, other) = (m + row * stride, m + (row + 1) * stride)
          one[row] = 1
          if row + 1 < size { other[row + 1] = 1 }
          for start in Swift.stride(from: 0, to: row + 1, by: RowTile.width) {
            var tile = RowTile(one + start, other + start)
            for k in start..<max(row, start) {
              tile.subtract(
                u[k * stride + row], u[k * stride + row + 1], times: m + k * stride + start)
            }
            tile.store(one + start, other + start)
          }
          for column in 0...row { one[column] /= u[row * stride + row] }
          guard row + 1 < size else { break }
          let factor = u[row * stride + row + 1]
          for column in 0...row { other[column] -= factor * one[column] }
          for column in 0...(row + 1) { other[column] /= u[(row + 1) * stride + row + 1] }
        }
      }
    }
    return triangle
  }

  /// The logarithm of the matrix's determinant.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * log(upper[$1 * stride + $1]) }
  }
}
