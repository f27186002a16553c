import Optimization

/// Expected values over two parameters, darker for better, with the trials on top.
struct SurfaceChart {
  var x: ParameterAxis
  var y: ParameterAxis
  /// Row by row from the start of the vertical axis.
  var values: [Double]
  var columns: Int
  var rows: Int
  var isSmallGood: Bool
  /// Where each trial lies, both in 0...1.
  var trials: [(x: Double, y: Double)]
  var best: (x: Double, y: Double)?

  static let mostTrials = 400
  /// Bands of equal expectation.
  private static let bands = 9.0

  func svg(label: String) -> String {
    let unit = Scale(covering: [0, 1], isTight: true)
    let frame = ChartFrame(x: unit, y: unit, height: 340, xTicks: x.ticks, yTicks: y.ticks)
    var svg = frame.begin(xName: x.parameter.name, yName: y.parameter.name)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let (width, height) = (
      frame.plotWidth / Double(max(columns, 1)), frame.plotHeight / Double(max(rows, 1))
    )
    for row in 0..<rows {
      for column in 0..<columns {
        let value = values[row * columns + column]
        let share = high > low ? (value - low) / (high - low) : 0.5
        let goodness = ((isSmallGood ? 1 - share : share) * Self.bands).rounded() / Self.bands
        svg.rectangle(
          frame.left + Double(column) * width,
          frame.top + frame.plotHeight - Double(row + 1) * height, width + 0.3, height + 0.3,
          style: "shade c1", opacity: 0.04 + 0.8 * goodness,
          title: NumberText.short(value))
      }
    }
    for trial in trials.suffix(Self.mostTrials) {
      let place = frame.place(trial.x, trial.y)
      svg.circle(place.x, place.y, 2.2, style: "dot muted")
    }
    if let best {
      let place = frame.place(best.x, best.y)
      svg.circle(place.x, place.y, 4.5, style: "dot c2")
    }
    return svg.text(label: label)
  }
}
