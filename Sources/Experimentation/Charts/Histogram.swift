/// Counts of equally wide bins.
struct Histogram {
  var lowerBound: Double
  var upperBound: Double
  var counts: [Int]
  var xName: String
  var yName = "rows"
  /// Whether a line marks zero.
  var marksZero = false
  var height = 280.0
  var xLabel: ((Double) -> String)?

  func svg(label: String) -> String {
    let frame = ChartFrame(
      x: Scale(covering: [lowerBound, upperBound], isTight: true, tickCount: 6),
      y: Scale(covering: counts.map(Double.init), includesZero: true), height: height,
      xLabel: xLabel)
    var svg = frame.begin(xName: xName, yName: yName)
    let width = frame.plotWidth / Double(max(1, counts.count))
    for (bin, count) in counts.enumerated() where count > 0 {
      let top = frame.placeY(Double(count))
      svg.rectangle(
        frame.left + Double(bin) * width + 0.5, top, width - 1,
        frame.top + frame.plotHeight - top, style: "fill c1", title: "\(count) rows")
    }
    if marksZero, (frame.x.low...frame.x.high).contains(0) {
      let zero = frame.placeX(0)
      svg.line(zero, frame.top, zero, frame.top + frame.plotHeight, style: "line guide")
    }
    return svg.text(label: label)
  }
}
