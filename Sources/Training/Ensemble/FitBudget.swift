/// What of a final fit there is time for: which members, on how many rows.
///
/// Time bounds it only where a search has a time and its tables are large: a model of all rows
/// then takes longer than the trials of some rows did. Rows go first, down to those of a trial; then
/// the lightest members. What is left is fitted however late it is.
struct FitBudget: Equatable {
  /// Places of the members that are fitted, in their order.
  var members: [Int]
  var rowCount: Int

  /// - Parameters:
  ///   - milliseconds: what each member takes on all rows.
  ///   - weights: of the members.
  ///   - rowCount: all rows.
  ///   - trialRowCount: rows that a trial was trained on.
  ///   - leftMs: nil without a bound in time.
  init(
    milliseconds: [Double], weights: [Double], rowCount: Int, trialRowCount: Int, leftMs: Double?
  ) {
    members = Array(milliseconds.indices)
    self.rowCount = rowCount
    guard let leftMs else { return }
    while true {
      let whole = members.reduce(0) { $0 + milliseconds[$1] }
      let possible = Double(rowCount) * max(leftMs, 0) / max(whole, 1e-3)
      // A tenth over the bound is no reason to leave rows out.
      if possible * 1.1 >= Double(rowCount) { return }
      if possible >= Double(trialRowCount) || members.count <= 1 {
        self.rowCount = min(max(Int(possible), trialRowCount), rowCount)
        return
      }
      guard
        let lightest = members.min(by: { (weights[$0], -$0) < (weights[$1], -$1) })
      else { return }
      members.removeAll { $0 == lightest }
    }
  }
}
