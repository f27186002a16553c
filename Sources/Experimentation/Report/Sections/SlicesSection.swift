extension Report {
  /// How the model does on groups of rows.
  var slicesSection: String {
    guard !details.slices.isEmpty else { return "" }
    let main = details.main
    let whole = details.result.metrics[main.rawValue]?.value
    let figures = details.slices.map { slice -> String in
      // Gates look at every group; the picture shows the largest.
      let shown = slice.groups.prefix(16)
      let bars = shown.compactMap { group -> BarChart.Bar? in
        guard let value = group.main else { return nil }
        return BarChart.Bar(
          name: "\(shortened(group.label, to: 16)) (\(NumberText.grouped(group.rowCount)))",
          value: value.value, low: value.low, high: value.high,
          style: style(of: value, whole: whole))
      }
      var caption = ""
      if let whole, let worst = slice.worstGroup(by: main),
        let value = worst.metrics[main.rawValue]
      {
        let gap = main.goal == .minimize ? value - whole : whole - value
        caption =
          gap > 0
          ? "Worst: \(worst.label), \(NumberText.short(gap)) worse than all rows. "
          : "No group is worse than all rows together. "
      }
      if slice.groups.count > shown.count {
        caption += "The largest \(shown.count) of \(slice.groups.count) groups are shown. "
      }
      if slice.smallGroupCount > 0 {
        caption +=
          slice.smallGroupCount == 1
          ? "One group of \(NumberText.grouped(slice.smallGroupRowCount)) rows is too small to "
            + "measure."
          : "\(NumberText.grouped(slice.smallGroupCount)) groups under "
            + "\(SliceReport.leastRows) rows (\(NumberText.grouped(slice.smallGroupRowCount)) "
            + "rows together) are too small to measure."
      }
      let svg =
        bars.isEmpty
        ? ""
        : BarChart(bars: bars, reference: whole, isDots: true)
          .svg(label: "\(main.title) by \(slice.column)")
      return HTML.figure("By \(slice.column)", svg: svg, caption: caption)
    }
    return HTML.section(
      "slices", "Slices",
      lead: "\(main.title) of groups of at least \(SliceReport.leastRows) test rows, with 95 % "
        + "intervals and the number of rows in brackets; the dashed line is all rows. Red groups "
        + "are worse than the whole beyond chance.",
      html: HTML.charts(figures))
  }

  private func style(of value: MeasuredMetric, whole: Double?) -> String {
    guard let whole else { return "c1" }
    let isWorse =
      details.main.goal == .minimize ? value.low > whole : value.high < whole
    return isWorse ? "bad" : "c1"
  }
}
