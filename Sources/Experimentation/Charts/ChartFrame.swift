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
  private let xTicks: [Tick]?
  private let yTicks: [Tick]

  /// What stands beside an axis.
  struct Tick {
    var value: Double
    var text: String
  }

  /// - Parameters:
  ///   - xTicks: nil for those of the scale.
  ///   - yTicks: nil for those of the scale.
  init(
    x: Scale, y: Scale, height: Double = 280, hasLegend: Bool = false, xTicks: [Tick]? = nil,
    yTicks: [Tick]? = nil
  ) {
    self.x = x
    self.y = y
    self.height = height
    self.xTicks = xTicks
    self.yTicks = yTicks ?? y.ticks.map { Tick(value: $0, text: y.label($0)) }
    top = hasLegend ? 30 : 12
    let widest = self.yTicks.map(\.text.count).max() ?? 1
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
    for tick in yTicks {
      svg.line(left, placeY(tick.value), left + plotWidth, placeY(tick.value), style: "grid")
      svg.words(tick.text, x: left - 6, y: placeY(tick.value) + 4, anchor: .end)
    }
    let floor = top + plotHeight
    let ticks =
      xTicks ?? x.ticks.map { Tick(value: $0, text: xLabel?($0) ?? x.label($0)) }
    for tick in ticks {
      svg.line(placeX(tick.value), floor, placeX(tick.value), floor + 4, style: "axis")
      svg.words(tick.text, x: placeX(tick.value), y: floor + 17, anchor: .middle)
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
