/// A symmetric matrix, row by row.
struct SymmetricMatrix: Sendable, Equatable {
  let size: Int
  private(set) var elements: [Double]

  /// The identity, or a multiple of it.
  init(identity size: Int, times factor: Double = 1) {
    self.size = size
    elements = [Double](repeating: 0, count: size * size)
    for place in 0..<size { elements[place * size + place] = factor }
  }

  /// Takes the rows; the lower triangle counts.
  init(rows: [[Double]]) {
    self.init(identity: rows.count)
    for row in 0..<size { for column in 0...row { self[row, column] = rows[row][column] } }
  }

  /// The element at a place; setting it sets its mirror image too.
  subscript(row: Int, column: Int) -> Double {
    get { elements[row * size + column] }
    set {
      elements[row * size + column] = newValue
      elements[column * size + row] = newValue
    }
  }

  /// Multiplies each element.
  mutating func scale(by factor: Double) {
    for place in elements.indices { elements[place] *= factor }
  }

  /// Adds `weight` times the product of a vector with itself.
  mutating func add(_ weight: Double, outerSquareOf vector: [Double]) {
    for row in 0..<size {
      let factor = weight * vector[row]
      for column in 0..<size { elements[row * size + column] += factor * vector[column] }
    }
  }
}

/// Eigenvalues, rising, and the eigenvectors of a symmetric matrix.
///
/// Jacobi's cyclic method (Golub & Van Loan, "Matrix Computations", §8.5): slower than what LAPACK
/// does for large matrices, and as exact as can be for the small ones here.
struct SymmetricEigen: Sendable {
  /// Rising.
  let values: [Double]
  /// One for each value, of length 1.
  let vectors: [[Double]]

  init(_ matrix: SymmetricMatrix) {
    let size = matrix.size
    var a = matrix.elements
    // Rows of v are the eigenvectors.
    var v = SymmetricMatrix(identity: size).elements
    for _ in 0..<50 {
      var (off, on) = (0.0, 0.0)
      for row in 0..<size {
        on += a[row * size + row] * a[row * size + row]
        for column in 0..<row { off += a[row * size + column] * a[row * size + column] }
      }
      guard off > 1e-30 * on, off.isFinite else { break }
      for p in 0..<size {
        for q in (p + 1)..<max(size, p + 1) { Self.rotate(&a, &v, p, q, size) }
      }
    }
    let order = (0..<size).sorted { a[$0 * size + $0] < a[$1 * size + $1] }
    values = order.map { a[$0 * size + $0] }
    vectors = order.map { row in Array(v[(row * size)..<((row + 1) * size)]) }
  }

  private static func rotate(
    _ a: inout [Double], _ v: inout [Double], _ p: Int, _ q: Int, _ size: Int
  ) {
    let apq = a[p * size + q]
    guard apq != 0 else { return }
    let theta = (a[q * size + q] - a[p * size + p]) / (2 * apq)
    let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for k in 0..<size {
      let (kp, kq) = (a[k * size + p], a[k * size + q])
      a[k * size + p] = cosine * kp - sine * kq
      a[k * size + q] = sine * kp + cosine * kq
    }
    for k in 0..<size {
      let (pk, qk) = (a[p * size + k], a[q * size + k])
      a[p * size + k] = cosine * pk - sine * qk
      a[q * size + k] = sine * pk + cosine * qk
      let (vp, vq) = (v[p * size + k], v[q * size + k])
      v[p * size + k] = cosine * vp - sine * vq
      v[q * size + k] = sine * vp + cosine * vq
    }
  }
}
