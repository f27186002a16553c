import Glibc

/// Logistic regression on one design, binary or multinomial.
///
/// Minimizes the weighted mean log loss + λ/2 ‖β‖²; intercepts are not penalized. scikit-learn's
/// `C` is 1 / (λ · rows).
struct LogisticProblem {
  let design: LinearDesign
  /// Class of each row of the table.
  let classes: [Int]
  /// 1 for two classes (the log-odds of the second), else one a class.
  let outputCount: Int
  let penalty: Double

  /// Coefficients of all outputs and their intercept: `outputCount` × (width + 1).
  var parameterCount: Int { outputCount * (design.width + 1) }

  /// The objective at `parameters`; writes its gradient.
  func objective(_ parameters: [Double], gradient: inout [Double]) -> Double {
    let width = design.width
    var loss = 0.0
    for place in gradient.indices { gradient[place] = 0 }
    var margins = [Double](repeating: 0, count: outputCount)
    gradient.withUnsafeMutableBufferPointer { gradient in
      parameters.withUnsafeBufferPointer { parameters in
        guard let gradient = gradient.baseAddress, let parameters = parameters.baseAddress else {
          return
        }
        design.forEachRow { row, values in
          for output in 0..<outputCount {
            let own = parameters + output * (width + 1)
            margins[output] = product(own, values, width) + own[width]
          }
          let weight = design.weights[row]
          loss += weight * lossAndResiduals(&margins, of: classes[design.rows[row]])
          for output in 0..<outputCount {
            let own = gradient + output * (width + 1)
            let factor = weight * margins[output]
            add(values, times: factor, to: own, width)
            own[width] += factor
          }
        }
      }
    }
    for output in 0..<outputCount {
      for place in output * (width + 1)..<output * (width + 1) + width {
        loss += penalty / 2 * parameters[place] * parameters[place]
        gradient[place] += penalty * parameters[place]
      }
    }
    return loss
  }

  /// The log loss of one row; margins become probability minus truth.
  private func lossAndResiduals(_ margins: inout [Double], of truth: Int) -> Double {
    if outputCount == 1 {
      let margin = margins[0]
      // log(1 + e^m) without overflow.
      let softplus = max(margin, 0) + log1p(exp(-abs(margin)))
      margins[0] = Link.logistic(margin) - Double(truth)
      return softplus - (truth == 1 ? margin : 0)
    }
    let most = margins.max() ?? 0
    var sum = 0.0
    let own = margins[truth]
    for place in margins.indices {
      margins[place] = exp(margins[place] - most)
      sum += margins[place]
    }
    for place in margins.indices { margins[place] /= sum }
    margins[truth] -= 1
    return log(sum) + most - own
  }
}
