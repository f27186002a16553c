/// Ridge regression on a design of some hundred columns: the sums are made once and solved exactly
/// for any penalty.
///
/// Minimizes Σ w (y − b − xβ)² + λ ‖β‖² with weights that add up to 1 (Hoerl & Kennard 1970); the
/// intercept b is not penalized. scikit-learn's `alpha` is λ times the number of rows.
struct RidgeProblem {
  private let width: Int
  private let means: [Double]
  private let targetMean: Double
  /// Centered XᵀWX, upper triangle, row after row.
  private let gram: [Double]
  /// Centered XᵀWy.
  private let moments: [Double]

  init(_ design: LinearDesign, targets: [Double]) {
    let width = design.width
    let means = design.means()
    let targetMean = zip(design.rows, design.weights).reduce(0) { $0 + targets[$1.0] * $1.1 }
    var gram = [Double](repeating: 0, count: width * width)
    var moments = [Double](repeating: 0, count: width)
    gram.withUnsafeMutableBufferPointer { gram in
      moments.withUnsafeMutableBufferPointer { moments in
        guard let gram = gram.baseAddress, let moments = moments.baseAddress else { return }
        design.forEachRow { row, values in
          let weight = design.weights[row]
          add(values, times: weight * (targets[design.rows[row]] - targetMean), to: moments, width)
          // Columns of categories are 0 in most rows.
          for place in 0..<width where values[place] != 0 {
            add(
              values + place, times: weight * values[place], to: gram + place * width + place,
              width - place)
          }
        }
        // Quantities have means near 0 and categories under 1: centering afterwards is precise.
        for place in 0..<width {
          for right in place..<width { gram[place * width + right] -= means[place] * means[right] }
        }
      }
    }
    (self.width, self.means, self.targetMean) = (width, means, targetMean)
    (self.gram, self.moments) = (gram, moments)
  }

  /// Coefficients and intercept for a penalty λ of 0 or more.
  ///
  /// By Cholesky factors RᵀR; a column that depends on those before it gets the coefficient 0.
  func solution(penalty: Double) -> (coefficients: [Double], intercept: Double) {
    var factor = gram
    var coefficients = moments
    for place in 0..<width { factor[place * width + place] += penalty }
    let diagonal = (0..<width).map { factor[$0 * width + $0] }
    factor.withUnsafeMutableBufferPointer { buffer in
      guard let factor = buffer.baseAddress else { return }
      for pivot in 0..<width {
        let row = factor + pivot * width
        guard row[pivot] > 1e-12 * diagonal[pivot], row[pivot] > 0 else {
          for place in pivot..<width { row[place] = 0 }
          continue
        }
        let root = row[pivot].squareRoot()
        for place in pivot..<width { row[place] /= root }
        for below in (pivot + 1)..<max(width, pivot + 1) where row[below] != 0 {
          add(row + below, times: -row[below], to: factor + below * width + below, width - below)
        }
      }
      // Rᵀz = moments, then Rβ = z.
      for place in 0..<width {
        let pivot = factor[place * width + place]
        coefficients[place] = pivot > 0 ? coefficients[place] / pivot : 0
        for below in (place + 1)..<max(width, place + 1) {
          coefficients[below] -= factor[place * width + below] * coefficients[place]
        }
      }
      for place in (0..<width).reversed() {
        let pivot = factor[place * width + place]
        var rest = coefficients[place]
        for right in (place + 1)..<max(width, place + 1) {
          rest -= factor[place * width + right] * coefficients[right]
        }
        coefficients[place] = pivot > 0 ? rest / pivot : 0
      }
    }
    let shift = zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
    return (coefficients, targetMean - shift)
  }
}
