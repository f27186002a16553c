/// The rows of a two-class problem in descending order of their score, sorted once and then
/// measured for any weights of the rows.
struct RankedScores: Sendable {
  /// Row numbers, highest score first.
  let order: [Int32]
  /// Whether the row at that rank has the same score as the one before it.
  private let tiesWithPrevious: [Bool]
  private let isPositive: [Bool]
  private let hasNaN: Bool

  init(scores: [Double], isPositive: [Bool]) {
    precondition(scores.count == isPositive.count, "one score a row")
    let order = RadixSort.descendingOrder(of: scores)
    var ties = [Bool](repeating: false, count: scores.count)
    for rank in ties.indices.dropFirst() {
      ties[rank] = scores[Int(order[rank])] == scores[Int(order[rank - 1])]
    }
    self.order = order
    self.isPositive = isPositive
    tiesWithPrevious = ties
    hasNaN = scores.contains { $0.isNaN }
  }

  /// Area under the ROC curve; NaN where a class has no weight or a score is NaN.
  func area(_ weights: some RowWeights) -> Double {
    if hasNaN { return .nan }
    var above = 0.0
    var positives = 0.0
    var negatives = 0.0
    sweep(weights) { positive, negative in
      above += negative * (positives + positive / 2)
      positives += positive
      negatives += negative
    }
    return positives > 0 && negatives > 0 ? above / (positives * negatives) : .nan
  }

  /// Visits the groups of equal scores from the highest down with their weights by class.
  func sweep(
    _ weights: some RowWeights, visit: (_ positive: Double, _ negative: Double) -> Void
  ) {
    var positive = 0.0
    var negative = 0.0
    for rank in order.indices {
      if rank > 0, !tiesWithPrevious[rank] {
        visit(positive, negative)
        positive = 0
        negative = 0
      }
      let row = Int(order[rank])
      if isPositive[row] { positive += weights[row] } else { negative += weights[row] }
    }
    if !order.isEmpty { visit(positive, negative) }
  }
}
