import Optimization

/// Expected values over two parameters, a stronger color for better, with the trials on top.
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
    // Cells share their edges to the digit that is written: a gap or an overlap would be a line.
    func edge(_ place: Int, of count: Int, _ start: Double, _ length: Double) -> Double {
      ((start + Double(place) / Double(max(count, 1)) * length) * 10).rounded() / 10
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let value = values[row * columns + column]
        let share = high > low ? (value - low) / (high - low) : 0.5
        let goodness = ((isSmallGood ? 1 - share : share) * Self.bands).rounded() / Self.bands
        let left = edge(column, of: columns, frame.left, frame.plotWidth)
        let top = edge(rows - row - 1, of: rows, frame.top, frame.plotHeight)
        svg.rectangle(
          left, top, edge(column + 1, of: columns, frame.left, frame.plotWidth) - left,
          edge(rows - row, of: rows, frame.top, frame.plotHeight) - top, style: "shade c1 crisp",
          opacity: 0.04 + 0.8 * goodness,
          title: NumberText.short(value))
      }
    }
    for trial in trials.suffix(Self.mostTrials) {
      let place = frame.place(trial.x, trial.y)
      svg.circle(place.x, place.y, 2.2, style: "dot over")
    }
    if let best {
      let place = frame.place(best.x, best.y)
      svg.circle(place.x, place.y, 4.5, style: "dot c2 edged")
    }
    return svg.text(label: label)
  }
}
