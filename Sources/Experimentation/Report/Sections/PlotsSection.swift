import Foundation

extension Report {
  /// What the predictions look like.
  var plotsSection: String {
    let figures =
      curveFigures + calibrationFigures + confusionFigure + forecastFigures
      + residualFigures
    guard !figures.isEmpty else { return "" }
    return HTML.section("plots", "Plots", lead: "", html: HTML.charts(figures))
  }

  private var confusionFigure: [String] {
    guard let matrix = details.confusion, let classes = details.classes else { return [] }
    // A picture of more classes could not be read; the rest share one row and column.
    let merged = matrix.merged(classes: classes, most: 12)
    let count = merged.classes.count
    let totals = (0..<count).map { row in
      (0..<count).reduce(0) { $0 + merged.matrix[truth: row, predicted: $1] }
    }
    let cells = merged.matrix.counts
    let map = HeatMap(
      rowNames: merged.classes, columnNames: merged.classes,
      shares: cells.indices.map { totals[$0 / count] > 0 ? cells[$0] / totals[$0 / count] : 0 },
      texts: cells.map { Self.compact($0) }, xName: "predicted", yName: "actual")
    return [
      HTML.figure(
        "Confusion matrix", svg: map.svg(label: "Confusion matrix"),
        caption: "Rows by actual and predicted class; color is the share of the actual class. "
          + "Blue is right.")
    ]
  }

  /// A count that fits a cell: `1,234`, `12k`.
  private static func compact(_ count: Double) -> String {
    if count < 10_000 { return NumberText.grouped(Int(count)) }
    return count < 1e6
      ? "\(Int((count / 1e3).rounded()))k" : String(format: "%.1fM", count / 1e6)
  }

  private var curveFigures: [String] {
    guard !details.curves.isEmpty else { return [] }
    let isBinary = details.curves.count == 1
    var roc = details.curves.enumerated().map { index, curve in
      LineChart.Series(
        name: isBinary ? "model" : curve.name, points: curve.roc.map { ($0.x, $0.y) },
        style: "c\(index % 8 + 1)")
    }
    roc.append(
      LineChart.Series(
        name: "chance", points: [(0, 0), (1, 1)], style: "guide", isNamed: false))
    var recall = details.curves.enumerated().map { index, curve in
      LineChart.Series(
        name: isBinary ? "model" : curve.name,
        points: curve.precisionRecall.map { ($0.x, $0.y) }, style: "c\(index % 8 + 1)")
    }
    if isBinary, let curve = details.curves.first {
      recall.append(
        LineChart.Series(
          name: "chance", points: [(0, curve.share), (1, curve.share)], style: "guide",
          isNamed: false))
    }
    let areas = details.curves.map { "\($0.name) \(NumberText.short($0.area))" }
    let precisions = details.curves.map {
      "\($0.name) \(NumberText.short($0.averagePrecision))"
    }
    return [
      HTML.figure(
        "ROC curve",
        svg: LineChart(
          series: roc, xName: "false-positive rate", yName: "true-positive rate",
          xRange: 0...1, yRange: 0...1, height: 340
        ).svg(label: "ROC curve"),
        caption: "Area under the curve: \(areas.joined(separator: ", "))."),
      HTML.figure(
        "Precision and recall",
        svg: LineChart(
          series: recall, xName: "recall", yName: "precision", xRange: 0...1, yRange: 0...1,
          height: 340
        ).svg(label: "Precision-recall curve"),
        caption: "Average precision: \(precisions.joined(separator: ", "))."),
    ]
  }

  private var calibrationFigures: [String] {
    guard let calibration = details.calibration, !calibration.bins.isEmpty else { return [] }
    let chart = LineChart(
      series: [
        LineChart.Series(
          name: "model",
          points: calibration.bins.map { ($0.meanProbability, $0.observedShare) }, style: "c1",
          hasDots: true),
        LineChart.Series(
          name: "perfect", points: [(0, 0), (1, 1)], style: "guide", isNamed: false),
      ], xName: "predicted probability", yName: "observed share", xRange: 0...1, yRange: 0...1,
      height: 340)
    return [
      HTML.figure(
        "Calibration", svg: chart.svg(label: "Reliability diagram"),
        caption: "Of the rows given a probability of \(calibration.subject), the share that was "
          + "so. On the dashed line, probabilities mean what they say; the mean distance is "
          + "\(NumberText.short(calibration.expectedError)).")
    ]
  }

  private var residualFigures: [String] {
    guard let residuals = details.residuals else { return [] }
    let scatter = ScatterChart(
      points: residuals.pairs.map { ($0.predicted, $0.actual) },
      xName: "predicted \(details.target)", yName: "actual \(details.target)")
    let histogram = Histogram(
      lowerBound: residuals.lowerBound, upperBound: residuals.upperBound,
      counts: residuals.counts, xName: "predicted − actual", marksZero: true, height: 340)
    var caption =
      "Half of the errors lie between \(NumberText.short(residuals.quantiles[1])) and "
      + "\(NumberText.short(residuals.quantiles[3])); on average the model is "
      + "\(NumberText.short(abs(residuals.meanError))) too "
      + (residuals.meanError >= 0 ? "high." : "low.")
    if let coverage = residuals.coverage, let width = residuals.meanIntervalWidth {
      caption +=
        " The 90 % intervals are \(NumberText.short(width)) wide and hold "
        + "\(NumberText.percent(coverage.value)) of the rows "
        + "(95 %: \(NumberText.percent(coverage.low)) – \(NumberText.percent(coverage.high)))."
    }
    return [
      HTML.figure(
        "Actual against predicted",
        svg: scatter.svg(label: "Actual against predicted values"),
        caption: "\(NumberText.grouped(residuals.pairs.count)) of the test rows; on the dashed "
          + "line a prediction is exact."),
      HTML.figure(
        "Errors", svg: histogram.svg(label: "Histogram of errors"), caption: caption),
    ]
  }

  private var forecastFigures: [String] {
    guard let forecast = details.forecast else { return [] }
    var figures = forecast.curves.map { curve in
      let lows = curve.points.compactMap { point in
        point.low.flatMap { low in point.high.map { (x: point.time, low: low, high: $0) } }
      }
      let chart = LineChart(
        series: [
          LineChart.Series(
            name: "actual", points: curve.points.map { ($0.time, $0.actual) }, style: "muted"),
          LineChart.Series(
            name: "predicted", points: curve.points.map { ($0.time, $0.predicted) },
            style: "c1"),
        ], xName: "time", yName: details.target, band: lows,
        xLabel: forecast.timeIsDate ? { String(DateText.day($0).dropFirst(2)) } : nil)
      return HTML.figure(
        curve.series.isEmpty ? "Forecast" : "Forecast of \(curve.series)",
        svg: chart.svg(label: "Actual and predicted values over time"),
        caption: "The last \(NumberText.grouped(curve.points.count)) test points"
          + (lows.isEmpty ? "." : " with the 90 % interval."))
    }
    if forecast.steps.count > 1 {
      let chart = LineChart(
        series: [
          LineChart.Series(
            name: "error",
            points: forecast.steps.map { (Double($0.step), $0.meanAbsoluteError) },
            style: "c1", hasDots: forecast.steps.count <= 40)
        ], xName: "step", yName: "mean absolute error", includesZero: true,
        xIsWhole: true)
      figures.append(
        HTML.figure(
          "Error by step", svg: chart.svg(label: "Error by step of the horizon"),
          caption: "Mean absolute error of the rows that many steps into the horizon."))
    }
    return figures
  }
}

extension ConfusionMatrix {
  /// The same with all but the most frequent classes merged into one.
  func merged(classes: [String], most: Int) -> (matrix: ConfusionMatrix, classes: [String]) {
    guard classCount > most else { return (self, classes) }
    let totals = (0..<classCount).map { row in
      (0..<classCount).reduce(0) { $0 + self[truth: row, predicted: $1] }
    }
    let kept = (0..<classCount).sorted { (totals[$1], $0) < (totals[$0], $1) }
      .prefix(most - 1).sorted()
    var place = [Int](repeating: most - 1, count: classCount)
    for (index, code) in kept.enumerated() { place[code] = index }
    var counts = [Double](repeating: 0, count: most * most)
    for row in 0..<classCount {
      for column in 0..<classCount {
        counts[place[row] * most + place[column]] += self[truth: row, predicted: column]
      }
    }
    return (
      ConfusionMatrix(counts: counts, classCount: most),
      kept.map { classes[$0] } + ["\(classCount - most + 1) others"]
    )
  }
}
