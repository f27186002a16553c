/// The values of a search's trials and the best so far.
struct ProgressChart {
  /// Completed trials in number order.
  var trials: [(number: Int, value: Double)]
  var isSmallGood: Bool
  /// What the values are.
  var name: String

  /// nil where there is nothing to see.
  var chart: LineChart? {
    let trials = trials.filter(\.value.isFinite)
    guard trials.count > 1 else { return nil }
    var best: [(x: Double, y: Double)] = []
    for (number, value) in trials {
      let known = best.last?.y ?? value
      best.append((Double(number), isSmallGood ? min(value, known) : max(value, known)))
    }
    // A few hopeless trials would press all others to one line.
    let sorted = trials.map(\.value).sorted()
    let (low, high) = (
      Quantile.of(sorted: sorted, at: isSmallGood ? 0 : 0.1),
      Quantile.of(sorted: sorted, at: isSmallGood ? 0.9 : 1)
    )
    let dots = trials.filter { (low...high).contains($0.value) }
      .map { (x: Double($0.number), y: $0.value) }
    return LineChart(
      series: [
        LineChart.Series(
          name: "trial", points: dots, style: "none muted", hasDots: true, isNamed: false),
        LineChart.Series(
          name: "best", points: best.filter { (low...high).contains($0.y) }, style: "c1",
          isNamed: false),
      ], xName: "trial", yName: name, xIsWhole: true)
  }
}
