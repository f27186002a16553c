/// The sections of a comparison.
extension ComparisonPage {
  var axesSection: String {
    let chart = ParallelCoordinates(compared)
    guard chart.isWorthDrawing else { return "" }
    return HTML.section(
      "axes", "Parallel coordinates",
      lead: "A line is a run; an axis is a param that differs, or (bold) a metric. "
        + "Drag along an axis to choose runs.",
      html: "<div class=\"wide axes\" style=\"--w:\(Int(chart.width))px\">"
        + chart.svg(label: "Params and metrics of all runs") + "</div>")
  }

  /// Who is best by each metric.
  var bestSection: String {
    var rows: [[String]] = []
    for key in compared.metrics where !key.hasPrefix("system/") {
      if let run = compared.best(by: key) {
        let word = GoalOfMetric.guess(key) == .maximize ? "most" : "least"
        rows.append(bestRow(key, word, run))
      } else if GoalOfMetric.guess(key) == nil, !key.contains("/") {
        for (word, isLargest) in [("least", false), ("most", true)] {
          guard let run = compared.extreme(of: key, isLargest: isLargest) else { continue }
          rows.append(bestRow(key, word, run))
        }
      }
    }
    guard !rows.isEmpty else { return "" }
    return HTML.section(
      "best", "Best by each metric",
      lead: "By the last value. Where a metric's name does not tell which way is better, "
        + "both are shown.",
      html: HTML.table(
        [.text("Metric"), .text(""), .number("Value"), .text("Run")], rows: Array(rows.prefix(40))))
  }

  private func bestRow(_ key: String, _ word: String, _ run: Int) -> [String] {
    let value = compared.values(of: key)[run].map(NumberText.short) ?? "–"
    return ["<b>\(escaped(key))</b>", word, value, link(run)]
  }

  /// All runs with what differs, the best first.
  var runsSection: String {
    let params = compared.differingParams.prefix(12)
    let metrics = compared.metrics.filter { !$0.hasPrefix("system/") }.prefix(12)
    var heads: [HTML.Head] = [.text("Run"), .text("Status"), .number("Took")]
    heads += metrics.map { .number($0) } + params.map { .text($0) }
    let best = metrics.map { compared.best(by: $0) }
    let isTall = compared.runs.count > 24
    var html = "<div class=\"wide\(isTall ? " tall" : "")\"><table class=\"runs\"><thead><tr>"
    for head in heads {
      html += "<th\(head.isNumber ? " class=\"n\"" : "")>\(escaped(head.name))</th>"
    }
    html += "</tr></thead><tbody>\n"
    for run in compared.order {
      html += "<tr class=\"run r\(run)\"><td>\(link(run))</td><td>\(status(run))</td>"
      html += "<td class=\"n\">\(duration(run))</td>"
      for (key, winner) in zip(metrics, best) {
        let value = compared.runs[run].metrics.first { $0.key == key }.map(\.value)
        let style = winner == run ? "n best" : "n"
        html += "<td class=\"\(style)\">\(value.map(NumberText.short) ?? "–")</td>"
      }
      for key in params {
        let value = compared.runs[run].params[key]
        html += "<td>\(Self.param(value))</td>"
      }
      html += "</tr>\n"
    }
    html += "</tbody></table></div>\n"
    return HTML.section(
      "runs", "Runs", lead: "★ is the best value of its column.", html: html)
  }

  /// Params side by side for few runs, their values counted for many; equal ones folded.
  var paramsSection: String {
    let differing = compared.differingParams
    let equal = compared.equalParams
    guard !(differing.isEmpty && equal.isEmpty) else { return "" }
    var html = ""
    if differing.isEmpty {
      html += "<p class=\"lead\">All params are the same in all runs.</p>"
    } else if compared.runs.count <= 8 {
      html += sideBySide(differing)
    } else {
      html += counted(differing)
    }
    if !equal.isEmpty {
      let rows = equal.map { key in
        [escaped(key), escaped(shortened(compared.runs[0].params[key] ?? "", to: 200))]
      }
      html += """
        <details><summary>\(equal.count) params are the same in all runs</summary>
        \(HTML.table([.text("Param"), .text("Value")], rows: rows))</details>

        """
    }
    return HTML.section(
      "params", "Params",
      lead: differing.isEmpty || compared.runs.count > 8
        ? "" : "What differs from most others is marked.",
      html: html)
  }

  private func sideBySide(_ keys: [String]) -> String {
    let order = compared.order
    let heads =
      [HTML.Head.text("Param")] + order.map { .text(shortened(compared.runs[$0].run.name, to: 24)) }
    let rows = keys.map { key in
      let values = compared.params(key)
      let usual = Self.usual(values)
      return [escaped(key)]
        + order.map { run in
          let text = Self.param(values[run])
          return usual == nil || usual == .some(values[run]) ? text : "<mark>\(text)</mark>"
        }
    }
    return HTML.table(heads, rows: rows)
  }

  /// A param's value in short; the whole is told where the pointer rests on it.
  private static func param(_ value: String?) -> String {
    guard let value else { return "<i>–</i>" }
    let number = value.count > 8 && !value.contains(",") ? Double(value) : nil
    let short = number.map(NumberText.short) ?? shortened(value, to: 40)
    return short == value
      ? escaped(value) : "<span title=\"\(escaped(value))\">\(escaped(short))</span>"
  }

  /// The value that more than half of the runs have; nil where there is none.
  private static func usual(_ values: [String?]) -> String?? {
    let counts = Dictionary(grouping: values, by: \.self).mapValues(\.count)
    guard let most = counts.max(by: { $0.value < $1.value }), 2 * most.value > values.count
    else { return nil }
    return .some(most.key)
  }

  private func counted(_ keys: [String]) -> String {
    let rows = keys.map { key in
      let values = compared.params(key)
      let groups = Dictionary(grouping: values, by: \.self).mapValues(\.count)
        .sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }
      let numbers = values.compactMap { $0.flatMap { Double($0) } }
      let best = compared.order.first.flatMap { values[$0] }
      let text: String
      if groups.count > 8, numbers.count == values.count, let low = numbers.min(),
        let high = numbers.max()
      {
        text = "\(NumberText.short(low)) – \(NumberText.short(high))"
      } else {
        text =
          groups.prefix(8).map { "\(shortened($0.key ?? "–", to: 40)) ×\($0.value)" }
          .joined(separator: ", ") + (groups.count > 8 ? ", …" : "")
      }
      return [escaped(key), "\(groups.count)", escaped(text), Self.param(best)]
    }
    return HTML.table(
      [.text("Param"), .number("Different"), .text("Values"), .text("Best run has")], rows: rows)
  }

  /// A chart for each metric that was logged over steps.
  var curvesSection: String {
    let figures = compared.curves.map { curves in
      let chart = LineChart(
        series: curves.lines.sorted { $0.run > $1.run }.map { line in
          LineChart.Series(
            name: compared.runs[line.run].run.name,
            points: line.points.map { (Double($0.step), $0.value) },
            style: "run r\(line.run)", hasDots: line.points.count == 1, isNamed: false)
        }, xName: "step", yName: curves.key, xIsWhole: true)
      return HTML.figure(
        curves.key, svg: chart.svg(label: "\(curves.key) over steps"),
        caption: Self.caption(curves))
    }
    guard !figures.isEmpty else { return "" }
    let legend = compared.runs.count > 8 ? "" : legend
    return HTML.section(
      "curves", "Curves", lead: "Every metric that was logged over steps.",
      html: legend + "<div class=\"curves\">\(HTML.charts(figures))</div>")
  }

  private static func caption(_ curves: ComparedRuns.Curves) -> String {
    let count = curves.lines.reduce(0) { $0 + $1.points.count }
    let gaps = curves.lines.contains { $0.points.contains { !$0.value.isFinite } }
    return "\(curves.lines.count) run\(curves.lines.count == 1 ? "" : "s"), "
      + "\(NumberText.grouped(count)) points drawn"
      + (gaps ? "; gaps are values that are no number" : "")
  }

  private var legend: String {
    let entries = compared.order.map { run in
      "<span class=\"run r\(run)\"><i class=\"dot\"></i>"
        + "\(escaped(shortened(compared.runs[run].run.name, to: 40)))</span>"
    }
    return "<p class=\"legend\">\(entries.joined())</p>"
  }

  /// The run's name with its color, leading to its page.
  private func link(_ run: Int) -> String {
    let details = compared.runs[run]
    let id = details.run.id.rawValue
    return "<span class=\"run r\(run)\"><i class=\"dot\"></i></span>"
      + "<a href=\"\(escaped(base))/runs/\(id)\">\(escaped(shortened(details.run.name, to: 40)))</a>"
      // An identifier begins with its time, which runs made together share.
      + " <small>…\(id.suffix(8))</small>"
  }

  private func status(_ run: Int) -> String {
    let status = compared.runs[run].run.status
    let style =
      switch status {
      case .finished: "passed"
      case .failed: "failed"
      case .running, .scheduled, .killed: "plain"
      }
    return "<span class=\"\(style)\">\(status.rawValue.lowercased())</span>"
  }

  private func duration(_ place: Int) -> String {
    guard let span = compared.runs[place].run.durationMs else { return "–" }
    let seconds = Double(span) / 1_000
    if seconds < 120 { return "\(NumberText.short((seconds * 10).rounded() / 10)) s" }
    let minutes = Int((seconds / 60).rounded())
    return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
