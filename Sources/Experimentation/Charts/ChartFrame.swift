/// Axes, grid and legend around what a chart draws.
struct ChartFrame {
  static let width = 420.0
  let height: Double
  let left: Double
  let right = 12.0
  let top: Double
  let bottom = 42.0
  let x: Scale
  let y: Scale

  init(x: Scale, y: Scale, height: Double = 280, hasLegend: Bool = false) {
    self.x = x
    self.y = y
    self.height = height
    top = hasLegend ? 30 : 12
    let widest = y.ticks.map { y.label($0).count }.max() ?? 1
    left = 30 + 6.6 * Double(widest)
  }

  var plotWidth: Double { Self.width - left - right }
  var plotHeight: Double { height - top - bottom }

  func place(_ valueX: Double, _ valueY: Double) -> (x: Double, y: Double) {
    (placeX(valueX), placeY(valueY))
  }

  func placeX(_ value: Double) -> Double { left + x.share(value) * plotWidth }

  func placeY(_ value: Double) -> Double { top + (1 - y.share(value)) * plotHeight }

  /// A picture with grid, ticks and the names of the axes.
  func begin(xName: String, yName: String, xLabel: ((Double) -> String)? = nil) -> SVG {
    var svg = SVG(width: Self.width, height: height)
    for tick in y.ticks {
      svg.line(left, placeY(tick), left + plotWidth, placeY(tick), style: "grid")
      svg.words(y.label(tick), x: left - 6, y: placeY(tick) + 4, anchor: .end)
    }
    let floor = top + plotHeight
    for tick in x.ticks {
      svg.line(placeX(tick), floor, placeX(tick), floor + 4, style: "axis")
      svg.words(xLabel?(tick) ?? x.label(tick), x: placeX(tick), y: floor + 17, anchor: .middle)
    }
    svg.line(left, floor, left + plotWidth, floor, style: "axis")
    svg.words(
      xName, x: left + plotWidth / 2, y: height - 6, anchor: .middle, style: "name")
    svg.words(
      shortened(yName, to: 34), x: 12, y: top + plotHeight / 2, anchor: .middle, style: "name",
      isTurned: true)
    return svg
  }

  /// Names of the series above the plot, as many as fit.
  func addLegend(_ entries: [(name: String, style: String)], to svg: inout SVG) {
    var place = left
    for entry in entries {
      let name = shortened(entry.name, to: 22)
      let width = 24 + 6.6 * Double(name.count)
      guard place + width <= Self.width else { break }
      svg.line(place, 14, place + 14, 14, style: "key \(entry.style)")
      svg.words(name, x: place + 19, y: 18)
      place += width + 10
    }
  }
}
