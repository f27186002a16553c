/// Points over two axes of the same unit, with the line on which both are equal.
struct ScatterChart {
  var points: [(x: Double, y: Double)]
  var xName: String
  var yName: String

  static let mostPoints = 1_000

  func svg(label: String) -> String {
    let shown = points.prefix(Self.mostPoints)
    let values = shown.flatMap { [$0.x, $0.y] }
    let scale = Scale(covering: values)
    let frame = ChartFrame(x: scale, y: scale, height: 340)
    var svg = frame.begin(xName: xName, yName: yName)
    for point in shown where point.x.isFinite && point.y.isFinite {
      let place = frame.place(point.x, point.y)
      svg.circle(place.x, place.y, 2.4, style: "mark")
    }
    let start = frame.place(scale.low, scale.low)
    let end = frame.place(scale.high, scale.high)
    svg.line(start.x, start.y, end.x, end.y, style: "line guide")
    return svg.text(label: label)
  }
}
