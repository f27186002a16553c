/// Axes, grid and legend around what a chart draws.
struct ChartFrame {
  static let width = 420.0
  let height: Double
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let x: Scale
  let y: Scale
  private let xTicks: [Tick]
  private let yTicks: [Tick]
  /// Whether words below stand upright, since they would touch each other.
  private let isTurned: Bool

  /// What stands beside an axis.
  struct Tick {
    var value: Double
    var text: String
    /// Whether it is dropped when there is no room, as one of many numbers can be.
    var isWord = false

    /// About as wide as the text is drawn.
    fileprivate var width: Double { 6.9 * Double(text.count) }
  }

  /// - Parameters:
  ///   - xTicks: nil for those of the scale.
  ///   - yTicks: nil for those of the scale.
  ///   - xLabel: nil for the labels of the scale.
  init(
    x: Scale, y: Scale, height: Double = 280, hasLegend: Bool = false, xTicks: [Tick]? = nil,
    yTicks: [Tick]? = nil, xLabel: ((Double) -> String)? = nil
  ) {
    self.x = x
    self.y = y
    let ticks = xTicks ?? x.ticks.map { Tick(value: $0, text: xLabel?($0) ?? x.label($0)) }
    self.yTicks = yTicks ?? y.ticks.map { Tick(value: $0, text: y.label($0)) }
    top = hasLegend ? 30 : 12
    let left = 34 + (self.yTicks.map(\.width).max() ?? 7)
    let room = Self.width - left - 12
    let shares = ticks.map { x.share($0.value) }
    isTurned =
      ticks.contains(where: \.isWord)
      && Self.touches(ticks.map(\.width), at: shares.map { $0 * room })
    // A label at the end needs half of its width beyond the axis.
    right =
      isTurned
      ? 12
      : zip(ticks, shares).map { $0.width / 2 - (1 - $1) * room }.reduce(12) { max($0, $1 + 2) }
    let foot = isTurned ? (ticks.map(\.width).max() ?? 0) : 0
    bottom = 42 + max(0, foot - 8)
    self.height = height + bottom - 42
    self.left = left
    let plotWidth = Self.width - left - right
    var end = -Double.infinity
    let isTurned = isTurned
    self.xTicks = zip(ticks, shares).compactMap { tick, share in
      let start = share * plotWidth - tick.width / 2
      guard isTurned || start >= end else { return nil }
      end = start + tick.width + 6
      return tick
    }
  }

  private static func touches(_ widths: [Double], at places: [Double]) -> Bool {
    let order = places.indices.sorted { places[$0] < places[$1] }
    return zip(order, order.dropFirst()).contains { one, next in
      places[next] - places[one] < (widths[one] + widths[next]) / 2 + 5
    }
  }

  var plotWidth: Double { Self.width - left - right }
  var plotHeight: Double { height - top - bottom }

  func place(_ valueX: Double, _ valueY: Double) -> (x: Double, y: Double) {
    (placeX(valueX), placeY(valueY))
  }

  func placeX(_ value: Double) -> Double { left + x.share(value) * plotWidth }

  func placeY(_ value: Double) -> Double { top + (1 - y.share(value)) * plotHeight }

  /// A picture with grid, ticks and the names of the axes.
  func begin(xName: String, yName: String) -> SVG {
    var svg = SVG(width: Self.width, height: height)
    for tick in yTicks {
      svg.line(left, placeY(tick.value), left + plotWidth, placeY(tick.value), style: "grid")
      svg.words(tick.text, x: left - 6, y: placeY(tick.value) + 4, anchor: .end)
    }
    let floor = top + plotHeight
    for tick in xTicks {
      let place = placeX(tick.value)
      svg.line(place, floor, place, floor + 4, style: "axis")
      svg.words(
        tick.text, x: isTurned ? place + 4 : place, y: floor + (isTurned ? 9 : 17),
        anchor: isTurned ? .end : .middle, isTurned: isTurned)
    }
    svg.line(left, floor, left + plotWidth, floor, style: "axis")
    let (middle, center) = (left + plotWidth / 2, top + plotHeight / 2)
    addName(xName, room: 2 * min(middle, Self.width - middle), x: middle, y: height - 6, to: &svg)
    addName(
      yName, room: 2 * min(center, height - center), x: 12, y: center, isTurned: true, to: &svg)
    return svg
  }

  /// The name of an axis, whole in its title where it does not fit.
  private func addName(
    _ name: String, room: Double, x: Double, y: Double, isTurned: Bool = false, to svg: inout SVG
  ) {
    let shown = TextWidth.fitted(name, to: room - 4)
    svg.words(
      shown, x: x, y: y, anchor: .middle, style: "name", isTurned: isTurned,
      title: shown == name ? nil : name)
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
