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
    guard let goal = metric?.goal else { return nil }
    let trials = search.trials.filter { $0.outcome == "completed" }
    return ProgressChart(
      trials: trials.compactMap { trial in trial.value.map { (number: trial.number, value: $0) } },
      isSmallGood: goal == .minimize, name: title
    ).chart
  }
}
