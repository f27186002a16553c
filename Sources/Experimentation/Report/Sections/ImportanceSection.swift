import DataPipelines

extension Report {
  /// Which columns the model lives on.
  var importanceSection: String {
    let tried = details.importance.filter { $0.loss != nil }
    let contributing = details.importance.filter { ($0.contribution ?? 0) > 0 }
      .enumerated().sorted {
        let (first, second) = ($0.element.contribution ?? 0, $1.element.contribution ?? 0)
        return first == second ? $0.offset < $1.offset : first > second
      }.map(\.element)
    guard !tried.isEmpty || !contributing.isEmpty else { return "" }
    var figures: [String] = []
    if !tried.isEmpty {
      let bars = tried.prefix(20).map { column in
        let loss = column.loss ?? 0
        let deviation = column.deviation ?? 0
        return BarChart.Bar(
          name: column.column, value: loss, low: loss - deviation, high: loss + deviation,
          style: loss > 0 ? "c1" : "muted")
      }
      figures.append(
        HTML.figure(
          "Permutation importance",
          svg: BarChart(bars: Array(bars)).svg(label: "Permutation importance"),
          caption: "How much worse \(details.main.title) gets when a column's values are "
            + "shuffled among the rows; whiskers are one standard deviation over repeats."))
    }
    if !contributing.isEmpty {
      let bars = contributing.prefix(20).map {
        BarChart.Bar(name: $0.column, value: $0.contribution ?? 0, style: "c3")
      }
      figures.append(
        HTML.figure(
          "Mean SHAP value",
          svg: BarChart(bars: Array(bars)).svg(label: "Mean absolute SHAP value"),
          caption: "Mean absolute share of each column in a prediction"
            + (details.task == .classification ? ", in log-odds." : ".")))
    }
    let hidden = details.importance.count - 20
    return HTML.section(
      "columns", "What the model looks at",
      lead: "Measured on \(NumberText.grouped(details.probedRowCount)) test rows. Columns that "
        + "carry the same information share their importance."
        + (hidden > 0
          ? " \(hidden == 1 ? "One less important column is" : "\(NumberText.grouped(hidden)) less important columns are") not shown."
          : ""),
      html: HTML.charts(figures))
  }
}
