extension Report {
  /// What worse data would do.
  var robustnessSection: String {
    let main = details.main
    func figure(
      _ disturbance: RobustnessPoint.Disturbance, title: String, xName: String, caption: String
    ) -> String? {
      let points = details.robustness.filter { $0.disturbance == disturbance }
      guard points.count > 1 else { return nil }
      let trivial = details.result.trivialBaseline[main.rawValue]?.value
      var series = [
        LineChart.Series(
          name: "model", points: points.map { ($0.amount, $0.value) }, style: "c1",
          hasDots: true)
      ]
      if let trivial, let last = points.last {
        series.append(
          LineChart.Series(
            name: "trivial baseline", points: [(0, trivial), (last.amount, trivial)],
            style: "guide"))
      }
      let chart = LineChart(series: series, xName: xName, yName: main.title)
      return HTML.figure(title, svg: chart.svg(label: title), caption: caption)
    }
    let figures = [
      figure(
        .noise, title: "Noise", xName: "noise (standard deviations)",
        caption: "\(main.title) with normal noise added to every numeric column."),
      figure(
        .missing, title: "Missing values", xName: "share of values removed",
        caption: "\(main.title) with values removed at random from every column."),
    ].compactMap { $0 }
    guard !figures.isEmpty else { return "" }
    return HTML.section(
      "robustness", "Robustness",
      lead: "The same model on test rows that were made worse on purpose: a steep line warns "
        + "that the model depends on clean data.",
      html: HTML.charts(figures))
  }
}
