/// A line for each run across an axis for each param and metric (Inselberg 1985).
struct ParallelCoordinates {
  var axes: [ParallelAxis]
  /// Positions of the runs in the order of drawing; the last lies on top.
  var order: [Int]
  /// Whether the page's script lets people choose on the axes.
  var isInteractive = true

  static let height = 330.0
  private static let top = 46.0
  private static let bottom = 34.0
  private static let span = height - top - bottom

  /// Takes axes and an order as they are, without choosing on the axes.
  init(axes: [ParallelAxis], order: [Int]) {
    self.axes = axes
    self.order = order
    isInteractive = false
  }

  /// Axes of the params that differ and of the most telling metrics.
  init(_ compared: ComparedRuns) {
    let params = compared.differingParams.compactMap {
      ParallelAxis(param: $0, values: compared.params($0))
    }
    let metrics = compared.metrics.filter {
      !$0.contains("/") && GoalOfMetric.guess($0) != nil || $0 == compared.mainMetric
    }
    let chosen = metrics.filter { $0 == compared.mainMetric }
    let others = metrics.filter { $0 != compared.mainMetric }
    let measured = (others + chosen).compactMap {
      ParallelAxis(metric: $0, values: compared.values(of: $0))
    }
    axes = Array(params.prefix(10)) + Array(measured.suffix(4))
    order = compared.order.reversed()
  }

  /// Nothing to see with a single axis.
  var isWorthDrawing: Bool { axes.count > 1 }

  private static let left = 64.0
  private static let right = 70.0

  /// Width of the drawing, which a narrow screen shows a part of.
  var width: Double { max(560, Self.left + 104 * Double(axes.count - 1) + Self.right) }

  func svg(label: String) -> String {
    let step = (width - Self.left - Self.right) / Double(max(1, axes.count - 1))
    func x(_ axis: Int) -> Double { Self.left + step * Double(axis) }
    func y(_ share: Double?) -> Double {
      share.map { Self.top + (1 - $0) * Self.span } ?? Self.top + Self.span + 18
    }
    var svg = SVG(width: width, height: Self.height)
    for run in order {
      let points = axes.enumerated().map { (x: x($0), y: y($1.shares[run])) }
      svg.path(points, style: "line run r\(run)")
    }
    for (place, axis) in axes.enumerated() {
      svg.line(x(place), Self.top, x(place), Self.top + Self.span, style: "axis")
      svg.words(
        TextWidth.fitted(axis.name, to: 2 * Self.left - 6), x: x(place),
        y: place.isMultiple(of: 2) ? 14 : 30,
        anchor: .middle, style: axis.isMetric ? "name strong-name" : "name", title: axis.name)
      for tick in axis.ticks {
        svg.line(x(place) - 3, y(tick.share), x(place), y(tick.share), style: "axis")
        // Left of the first axis the picture ends.
        let text = shortened(tick.text, to: 11)
        svg.words(
          place == 0 ? TextWidth.fitted(text, to: Self.left - 8) : text, x: x(place) - 6,
          y: y(tick.share) + 4, anchor: .end,
          style: "tick halo", title: tick.text)
      }
      if axis.shares.contains(where: { $0 == nil }) {
        svg.words("–", x: x(place) - 6, y: y(nil) + 4, anchor: .end, style: "tick halo")
      }
      guard isInteractive else { continue }
      svg.rectangle(
        x(place) - 16, Self.top - 6, 32, Self.span + 30, style: "grip", opacity: 0,
        title: "Drag along \(axis.name) to choose runs; a click takes the choice back.")
    }
    return svg.text(label: label)
  }
}
