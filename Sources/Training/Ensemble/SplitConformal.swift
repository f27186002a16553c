import Foundation

/// The half width of an interval that holds the truth for nine rows of ten.
///
/// Split conformal prediction (Vovk, Gammerman & Shafer 2005; Lei et al. 2018): the
/// ⌈0.9 (n + 1)⌉-th smallest absolute residual of rows that the model was not trained on. The
/// residuals are those of the validation rows (or out of fold); a final model that is trained on
/// these rows too errs less, so the interval stays on the safe side.
enum SplitConformal {
  static let coverage = 0.9

  /// nil where the rows are too few for the coverage.
  static func halfWidth(truth: [Double], predicted: [Double]) -> Double? {
    let residuals = zip(truth, predicted).map { abs($0 - $1) }.filter { !$0.isNaN }.sorted()
    let rank = Int((coverage * Double(residuals.count + 1)).rounded(.up))
    guard rank >= 1, rank <= residuals.count else { return nil }
    let width = residuals[rank - 1]
    return width.isFinite ? width : nil
  }
}
