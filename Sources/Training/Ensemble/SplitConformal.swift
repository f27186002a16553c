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

  /// Residuals from which the width of one lead is taken.
  private static let residualsOfLead = 60

  /// The half width for each lead from 1 to the horizon; none is below that of a nearer lead.
  ///
  /// A lead with few residuals borrows those of its neighbors.
  static func halfWidths(
    truth: [Double], predicted: [Double], leads: [Int], horizon: Int
  ) -> [Double]? {
    var byLead = [[Int]](repeating: [], count: horizon + 1)
    for place in leads.indices { byLead[min(max(leads[place], 1), horizon)].append(place) }
    var widths: [Double] = []
    for lead in 1...max(horizon, 1) {
      var reach = 0
      var places = byLead[lead]
      while places.count < residualsOfLead, reach < horizon {
        reach += 1
        for neighbor in [lead - reach, lead + reach] where (1...horizon).contains(neighbor) {
          places += byLead[neighbor]
        }
      }
      guard
        let width = halfWidth(
          truth: places.map { truth[$0] }, predicted: places.map { predicted[$0] })
      else { return nil }
      widths.append(max(width, widths.last ?? 0))
    }
    return widths
  }
}
