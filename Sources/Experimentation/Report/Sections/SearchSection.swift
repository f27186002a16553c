extension Report {
  /// How the model was found.
  var searchSection: String {
    guard let search else { return "" }
    let summary = search.summary
    let metric = MetricName(rawValue: summary.metric)
    let title = metric?.title ?? summary.metric
    var lead =
      "\(NumberText.grouped(summary.completedTrials)) trials completed, "
      + "\(NumberText.grouped(summary.prunedTrials)) stopped early"
    if summary.failedTrials > 0 { lead += ", \(NumberText.grouped(summary.failedTrials)) failed" }
    lead += ", in \(NumberText.short(summary.seconds)) seconds"
    lead +=
      summary.crossValidationFolds.map { "; measured by cross-validation with \($0) folds." }
      ?? "; measured on validation rows."
    var figures: [String] = []
    if let chart = progressChart(search, metric: metric, title: title) {
      figures.append(
        HTML.figure(
          "Search", svg: chart.svg(label: "Value of each trial and the best so far"),
          caption: "Each dot is a trial; the line is the best so far. Trial "
            + "\(summary.bestTrial) was best."))
    }
    var rows: [[String]] = []
    for member in summary.ensemble.sorted(by: { $0.weight > $1.weight }) {
      let trial = search.trials.first { $0.number == member.trial }
      let parameters = (trial?.parameters ?? [:]).sorted { $0.key < $1.key }
        .map { "\($0.key) \(shortened($0.value, to: 9))" }.joined(separator: ", ")
      rows.append([
        // The linear model comes from no trial.
        member.trial < 0 ? "linear model" : "\(member.trial)", NumberText.percent(member.weight),
        trial?.value.map { NumberText.short($0) } ?? "–", "<small>\(escaped(parameters))</small>",
      ])
    }
    let members =
      rows.isEmpty
      ? ""
      : "<h3>\(rows.count == 1 ? "The trial that became the model" : "Trials in the ensemble")</h3>"
        + HTML.table(
          [.text("Trial"), .number("Weight"), .number(title), .text("Parameters")], rows: rows)
    return HTML.section(
      "search", "Search", lead: lead, html: HTML.charts(figures) + members)
  }

  private func progressChart(
    _ search: SearchHistory, metric: MetricName?, title: String
  ) -> LineChart? {
    let trials = search.trials.filter { $0.value?.isFinite == true && $0.outcome == "completed" }
    guard trials.count > 1, let goal = metric?.goal else { return nil }
    var best: [(x: Double, y: Double)] = []
    for trial in trials {
      guard let value = trial.value else { continue }
      let known = best.last?.y ?? value
      best.append((Double(trial.number), goal.prefers(value, over: known) ? value : known))
    }
    // A few hopeless trials would press all others to one line.
    let sorted = trials.compactMap(\.value).sorted()
    let (low, high) = (
      Quantile.of(sorted: sorted, at: goal == .minimize ? 0 : 0.1),
      Quantile.of(sorted: sorted, at: goal == .minimize ? 0.9 : 1)
    )
    let dots = trials.compactMap { trial -> (x: Double, y: Double)? in
      guard let value = trial.value, (low...high).contains(value) else { return nil }
      return (Double(trial.number), value)
    }
    let shownBest = best.filter { (low...high).contains($0.y) }
    return LineChart(
      series: [
        LineChart.Series(
          name: "trial", points: dots, style: "none muted", hasDots: true, isNamed: false),
        LineChart.Series(name: "best", points: shownBest, style: "c1", isNamed: false),
      ], xName: "trial", yName: title, xIsWhole: true)
  }
}
