/// A linear model with an L2 penalty: ridge regression, or logistic regression of classes.
///
/// The penalty works on standardized quantities and on 0/1 columns of categories.
public struct LinearModel: Codable, Sendable, Equatable {
  let view: LinearView
  let link: Link
  /// One row of coefficients an output.
  let coefficients: [[Double]]
  /// One number an output.
  let intercepts: [Double]
  /// Means of the view's columns in training: what an explanation compares a row with.
  let means: [Double]
  /// The L2 penalty that it was fitted with.
  public let penalty: Double

  /// 1, or one a class where there are more than two.
  public var outputCount: Int { intercepts.count }

  /// Ridge regression, one model a penalty; exact up to 1,024 columns.
  ///
  /// - Parameters:
  ///   - weights: one a row, not negative; nil is 1 each.
  ///   - penalties: λ of Σ w (y − b − xβ)² + λ ‖β‖² with Σ w = 1, each 0 or more.
  public static func ridge(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, penalties: [Double]
  ) throws -> [LinearModel] {
    try check(features, targets.count, weights)
    let view = LinearView(fitting: features)
    let design = LinearDesign(features, view: view, weights: weights)
    let means = design.means()
    // The sums of a wide table would need more memory and time than its rows.
    let exact = view.width <= 1_024 ? RidgeProblem(design, targets: targets) : nil
    return penalties.map { penalty in
      let (coefficients, intercept) =
        exact?.solution(penalty: penalty)
        ?? WideRidgeProblem(design, targets: targets).solution(penalty: penalty)
      return LinearModel(
        view: view, link: .identity, coefficients: [coefficients], intercepts: [intercept],
        means: means, penalty: penalty)
    }
  }

  /// Logistic regression, one model a penalty, each starting where the one before ended.
  ///
  /// - Parameters:
  ///   - classes: the class of each row, in `0..<classCount`.
  ///   - classCount: 2 or more; two classes have one output, the log-odds of class 1.
  ///   - weights: one a row, not negative; nil is 1 each.
  ///   - penalties: λ of mean log loss + λ/2 ‖β‖², best from great to small.
  public static func logistic(
    _ features: FeatureMatrix, classes: [Int], classCount: Int, weights: [Double]? = nil,
    penalties: [Double]
  ) throws -> [LinearModel] {
    try check(features, classes.count, weights)
    guard classCount >= 2, classes.allSatisfy({ (0..<classCount).contains($0) }) else {
      throw EngineError(.shapeMismatch, "Classes are not all in 0..<\(classCount).")
    }
    let view = LinearView(fitting: features)
    let design = LinearDesign(features, view: view, weights: weights)
    let (width, outputs) = (view.width, classCount == 2 ? 1 : classCount)
    let means = design.means()
    var parameters = [Double](repeating: 0, count: outputs * (width + 1))
    return penalties.map { penalty in
      let problem = LogisticProblem(
        design: design, classes: classes, outputCount: outputs, penalty: penalty)
      parameters = LBFGS().minimize(from: parameters) { problem.objective($0, gradient: &$1) }
      let rows = (0..<outputs).map { Array(parameters[$0 * (width + 1)..<($0 + 1) * (width + 1)]) }
      return LinearModel(
        view: view, link: outputs == 1 ? .logistic : .softmax,
        coefficients: rows.map { Array($0.dropLast()) }, intercepts: rows.map { $0[width] },
        means: means, penalty: penalty)
    }
  }

  private static func check(_ features: FeatureMatrix, _ count: Int, _ weights: [Double]?) throws {
    guard features.rowCount > 0, count == features.rowCount,
      weights.map({ $0.count == features.rowCount }) ?? true
    else {
      throw EngineError(
        .shapeMismatch,
        "There are \(count) targets and \(weights?.count ?? count) weights for \(features.rowCount) rows."
      )
    }
    guard weights.map({ $0.reduce(0, +) > 0 }) ?? true else {
      throw EngineError(.shapeMismatch, "The weights of the rows add up to nothing.")
    }
  }

  /// Margins, row after row: numbers of a regression, log-odds of classes.
  public func margins(of features: FeatureMatrix) -> [Double] {
    var margins = [Double](repeating: 0, count: features.rowCount * outputCount)
    margins.withUnsafeMutableBufferPointer { margins in
      features.values.withUnsafeBufferPointer { values in
        guard let target = margins.baseAddress, let source = values.baseAddress else { return }
        for row in 0..<features.rowCount {
          write(
            marginsOf: source + row * features.columnCount, into: target + row * outputCount)
        }
      }
    }
    return margins
  }

  /// Numbers of a regression, or one probability a class, row after row.
  public func predictions(of features: FeatureMatrix) -> [Double] {
    let margins = margins(of: features)
    let width = link == .identity ? 1 : max(outputCount, 2)
    var predictions: [Double] = []
    predictions.reserveCapacity(features.rowCount * width)
    margins.withUnsafeBufferPointer { margins in
      for row in 0..<features.rowCount {
        var sums = [Double](repeating: 0, count: width)
        let own = margins[row * outputCount..<(row + 1) * outputCount]
        sums.withUnsafeMutableBufferPointer {
          link.add(UnsafeBufferPointer(rebasing: own), weight: 1, to: $0)
        }
        predictions += sums
      }
    }
    return predictions
  }

  /// Writes the margins of one row.
  func write(
    marginsOf features: UnsafePointer<Float>, into margins: UnsafeMutablePointer<Double>
  ) {
    let width = view.width
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(width, 1)) { columns in
      guard let columns = columns.baseAddress else { return }
      view.expand(features, into: columns)
      for output in coefficients.indices {
        margins[output] =
          coefficients[output].withUnsafeBufferPointer { own in
            own.baseAddress.map { product($0, columns, width) } ?? 0
          } + intercepts[output]
      }
    }
  }

  /// What each feature adds to the margins compared with the training mean, and the mean's margin
  /// last: SHAP values of a linear model (Lundberg & Lee 2017, corollary 1).
  ///
  /// - Returns: rows × outputs × (features + 1).
  func contributions(of features: FeatureMatrix) -> [Double] {
    let wide = features.columnCount + 1
    var result = [Double](repeating: 0, count: features.rowCount * outputCount * wide)
    var columns = [Double](repeating: 0, count: view.width)
    features.values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      for row in 0..<features.rowCount {
        columns.withUnsafeMutableBufferPointer { columns in
          guard let columns = columns.baseAddress else { return }
          view.expand(source + row * features.columnCount, into: columns)
        }
        for output in 0..<outputCount {
          let start = (row * outputCount + output) * wide
          result[start + wide - 1] = intercepts[output]
          var place = 0
          for part in view.parts {
            for column in place..<place + part.width {
              let coefficient = coefficients[output][column]
              result[start + part.feature] += coefficient * (columns[column] - means[column])
              result[start + wide - 1] += coefficient * means[column]
            }
            place += part.width
          }
        }
      }
    }
    return result
  }
}
