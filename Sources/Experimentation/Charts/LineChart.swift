/// Lines over a common axis.
struct LineChart {
  struct Series {
    var name: String
    var points: [(x: Double, y: Double)]
    /// `c1`…`c8`, `muted` or `guide`.
    var style: String
    var hasDots = false
    /// Whether the legend names it.
    var isNamed = true
  }

  var series: [Series]
  var xName: String
  var yName: String
  /// Fixed ends of the axes, such as 0...1.
  var xRange: ClosedRange<Double>?
  var yRange: ClosedRange<Double>?
  /// Axes of the caller's own.
  var xScale: Scale?
  var yScale: Scale?
  var includesZero = false
  /// Whether the horizontal axis counts.
  var xIsWhole = false
  /// An area between two lines, drawn below the others.
  var band: [(x: Double, low: Double, high: Double)] = []
  var xLabel: ((Double) -> String)?
  var height = 280.0

  /// Points that are drawn of a line; more are thinned evenly.
  static let mostPoints = 400
  /// Dots that are drawn; more are thinned evenly.
  static let mostDots = 2_000

  func svg(label: String) -> String {
    let named = series.filter(\.isNamed)
    let xs = series.lazy.flatMap { $0.points }.map(\.x)
    let ys = series.flatMap { $0.points.map(\.y) } + band.flatMap { [$0.low, $0.high] }
    let frame = ChartFrame(
      x: xScale ?? xRange.map { Scale(covering: [$0.lowerBound, $0.upperBound]) }
        ?? Scale(covering: xs, isTight: true, isWhole: xIsWhole),
      y: yScale ?? yRange.map { Scale(covering: [$0.lowerBound, $0.upperBound]) }
        ?? Scale(covering: ys, includesZero: includesZero), height: height,
      hasLegend: named.count > 1, xLabel: xLabel)
    var svg = frame.begin(xName: xName, yName: yName)
    if !band.isEmpty {
      let thin = Self.thinned(band)
      let upper = thin.map { frame.place($0.x, $0.high) }
      let lower = thin.reversed().map { frame.place($0.x, $0.low) }
      svg.path(upper + lower, style: "band", isClosed: true)
    }
    for line in series {
      let most = line.hasDots ? Self.mostDots : Self.mostPoints
      let points = Self.thinned(line.points, to: most).map { frame.place($0.x, $0.y) }
      svg.path(points, style: "line \(line.style)")
      if line.hasDots {
        for point in points where point.x.isFinite && point.y.isFinite {
          svg.circle(point.x, point.y, 3, style: "dot \(line.style)")
        }
      }
    }
    if named.count > 1 {
      frame.addLegend(named.map { ($0.name, $0.style) }, to: &svg)
    }
    return svg.text(label: label)
  }

  /// Every so-manyth point and the last.
  private static func thinned<Point>(_ points: [Point], to most: Int = mostPoints) -> [Point] {
    guard points.count > most, let last = points.last else { return points }
    let stride = (points.count + most - 1) / most
    return points.enumerated().filter { $0.offset.isMultiple(of: stride) }.map(\.element) + [last]
  }
}
