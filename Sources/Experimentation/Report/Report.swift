import DataPipelines

/// The page that tells a person how good a model is: one file that needs nothing else.
struct Report {
  var details: EvaluationDetails
  var profile: DatasetProfile?
  var checks: [CheckResult] = []
  var search: SearchHistory?
  var provenance: [ProvenanceLink] = []

  func html() -> String {
    ReportFrame(
      title: details.title, kind: "evaluation", subtitle: subtitle, styles: ReportStyle.css,
      lead: verdictSection + tiles,
      sections: [
        ("numbers", "Numbers", numbersSection), ("plots", "Plots", plotsSection),
        ("slices", "Slices", slicesSection), ("columns", "Columns", importanceSection),
        ("robustness", "Robustness", robustnessSection), ("data", "Data", dataSection),
        ("search", "Search", searchSection), ("provenance", "Provenance", provenanceSection),
      ],
      footer: """
        Made by AI Factory. Intervals hold 95 % of \
        \(NumberText.grouped(details.drawCount)) bootstrap draws of \
        \(details.drawsByGroup ? "groups of rows that belong together" : "the test rows"); \
        the test split was used for nothing but this page.
        """
    ).html()
  }

  private var subtitle: String {
    let rows = NumberText.grouped(details.result.rowCount)
    let what =
      switch details.task {
      case .regression: "Regression of \(details.target)"
      case .forecasting: "Forecast of \(details.target)"
      case .classification: "Classification of \(details.target)"
      }
    return "\(what), measured on \(rows) test rows the model has never seen"
  }

  private var tiles: String {
    let main = details.main
    var tiles: [String] = []
    if let value = details.result.metrics[main.rawValue] {
      let range =
        value.low < value.high
        ? ", 95 %: \(NumberText.short(value.low)) – \(NumberText.short(value.high))" : ""
      tiles.append(HTML.tile(NumberText.short(value.value), "\(main.title) on test rows\(range)"))
    }
    if let gain = details.gainOverLinear {
      tiles.append(
        HTML.tile(
          NumberText.short(abs(gain.value)), gainWords(gain, over: "the linear baseline")))
    } else if let gain = details.gainOverTrivial {
      tiles.append(
        HTML.tile(
          NumberText.short(abs(gain.value)), gainWords(gain, over: "the trivial baseline")))
    }
    if let coverage = details.residuals?.coverage {
      tiles.append(
        HTML.tile(
          NumberText.percent(coverage.value), "of test rows inside their 90 % interval"))
    }
    if let calibration = details.calibration {
      tiles.append(
        HTML.tile(
          NumberText.short(calibration.expectedError), "expected calibration error (0 is best)"))
    }
    if let latency = details.latency {
      tiles.append(
        HTML.tile(
          "\(NumberText.short(latency.medianMs)) ms",
          "a prediction of one row; 99 % under \(NumberText.short(latency.slowMs)) ms"))
    }
    return "<div class=\"tiles\">\(tiles.joined())</div>"
  }

  private func gainWords(_ gain: MeasuredMetric, over baseline: String) -> String {
    let way = gain.value >= 0 ? "better" : "worse"
    let certainty =
      gain.low > 0 || gain.high < 0 ? "certain at 95 %" : "may be chance"
    return "\(details.main.title) \(way) than \(baseline); \(certainty)"
  }
}
