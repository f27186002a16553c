/// The values of a search's trials and the best so far.
struct ProgressChart {
  /// Completed trials in number order.
  var trials: [(number: Int, value: Double)]
  var isSmallGood: Bool
  /// What the values are.
  var name: String
  /// Numbers of those that broke a constraint, and are never the best.
  var infeasible: Set<Int> = []

  /// What stands below it.
  var caption: String {
    "Each dot is a trial; the line is the best so far."
      + (infeasible.isEmpty ? "" : " Red ones broke a constraint.")
      + (trials.count > LineChart.mostDots
        ? " Of \(NumberText.grouped(trials.count)) trials not all are drawn." : "")
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
    for (number, value) in trials
    where usual.range.contains(value) && !infeasible.contains(number) {
      let known = best.last?.y
      guard let known else {
        best.append((Double(number), value))
        continue
      }
      guard isSmallGood ? value < known : value > known else { continue }
      best += [(Double(number), known), (Double(number), value)]
    }
    if let leader = best.last { best.append((Double(last.number), leader.y)) }
    let shown = trials.filter { usual.range.contains($0.value) }
    let dots = shown.map { (x: Double($0.number), y: $0.value) }
    let (barred, allowed) = (
      zip(shown, dots).filter { infeasible.contains($0.0.number) }.map(\.1),
      zip(shown, dots).filter { !infeasible.contains($0.0.number) }.map(\.1)
    )
    return LineChart(
      series: [
        LineChart.Series(
          name: "trial", points: allowed, style: "none muted", hasDots: true, isNamed: false),
        LineChart.Series(
          name: "infeasible", points: barred, style: "none bad", hasDots: true, isNamed: false),
        LineChart.Series(
          name: "best", points: best, style: "c1", isNamed: false),
      ], xName: "trial", yName: name, yScale: .telling(dots.map(\.y)), xIsWhole: true)
  }
}
