/// The values of a search's trials and the best so far.
struct ProgressChart {
  /// Completed trials in number order.
  var trials: [(number: Int, value: Double)]
  var isSmallGood: Bool
  /// What the values are.
  var name: String

  /// What stands below it.
  var caption: String {
    "Each dot is a trial; the line is the best so far."
      + (UsualValues(trials.map(\.value).filter(\.isFinite), isSmallGood: isSmallGood)?.note ?? "")
  }

  /// nil where there is nothing to see.
  var chart: LineChart? {
    let trials = trials.filter(\.value.isFinite)
    guard trials.count > 1, let last = trials.last,
      let usual = UsualValues(trials.map(\.value), isSmallGood: isSmallGood)
    else { return nil }
    // A step where the best changes.
    var best: [(x: Double, y: Double)] = []
    for (number, value) in trials where usual.range.contains(value) {
      let known = best.last?.y
      guard let known else {
        best.append((Double(number), value))
        continue
      }
      guard isSmallGood ? value < known : value > known else { continue }
      best += [(Double(number), known), (Double(number), value)]
    }
    if let leader = best.last { best.append((Double(last.number), leader.y)) }
    let dots = trials.filter { usual.range.contains($0.value) }
      .map { (x: Double($0.number), y: $0.value) }
    return LineChart(
      series: [
        LineChart.Series(
          name: "trial", points: dots, style: "none muted", hasDots: true, isNamed: false),
        LineChart.Series(
          name: "best", points: best, style: "c1", isNamed: false),
      ], xName: "trial", yName: name, yScale: .telling(dots.map(\.y)), xIsWhole: true)
  }
}
