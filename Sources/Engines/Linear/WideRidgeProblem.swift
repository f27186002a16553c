/// Ridge regression on a design of many columns, by conjugate gradients on the normal equations
/// (Hestenes & Stiefel 1952): products with the design only, never a matrix of columns by columns.
struct WideRidgeProblem {
  private let design: LinearDesign
  private let means: [Double]
  private let targetMean: Double
  /// Centered XᵀWy.
  private let moments: [Double]

  private static let iterations = 200
  /// Ends where the residual is this part of the first.
  private static let tolerance = 1e-8

  init(_ design: LinearDesign, targets: [Double]) {
    let means = design.means()
    let targetMean = zip(design.rows, design.weights).reduce(0) { $0 + targets[$1.0] * $1.1 }
    var moments = [Double](repeating: 0, count: design.width)
    moments.withUnsafeMutableBufferPointer { moments in
      design.forEachRow { row, values in
        let target = targets[design.rows[row]] - targetMean
        add(values, times: design.weights[row] * target, to: moments.baseAddress, design.width)
      }
    }
    (self.design, self.means, self.targetMean) = (design, means, targetMean)
    self.moments = moments
  }

  /// Coefficients and intercept for a penalty λ of 0 or more.
  func solution(penalty: Double) -> (coefficients: [Double], intercept: Double) {
    let width = design.width
    var coefficients = [Double](repeating: 0, count: width)
    var residual = moments
    var direction = residual
    var squares = Self.squares(of: residual)
    let enough = squares * Self.tolerance * Self.tolerance
    for _ in 0..<Self.iterations where squares > enough {
      let image = image(of: direction, penalty: penalty)
      let curvature = zip(direction, image).reduce(0) { $0 + $1.0 * $1.1 }
      guard curvature > 0 else { break }
      let step = squares / curvature
      for place in 0..<width {
        coefficients[place] += step * direction[place]
        residual[place] -= step * image[place]
      }
      let next = Self.squares(of: residual)
      for place in 0..<width {
        direction[place] = residual[place] + next / squares * direction[place]
      }
      squares = next
    }
    let shift = zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
    return (coefficients, targetMean - shift)
  }

  /// (XᵀWX + λ) v, X centered.
  private func image(of vector: [Double], penalty: Double) -> [Double] {
    let width = design.width
    let shift = zip(vector, means).reduce(0) { $0 + $1.0 * $1.1 }
    var image = vector.map { $0 * penalty }
    var total = 0.0
    image.withUnsafeMutableBufferPointer { image in
      vector.withUnsafeBufferPointer { vector in
        guard let vector = vector.baseAddress else { return }
        design.forEachRow { row, values in
          let factor = design.weights[row] * (product(values, vector, width) - shift)
          add(values, times: factor, to: image.baseAddress, width)
          total += factor
        }
      }
    }
    for place in 0..<width { image[place] -= total * means[place] }
    return image
  }

  private static func squares(of vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }
  }
}
