/// When each trial ran, a bar each.
struct TimelineChart {
  struct Bar {
    var number: Int
    /// Seconds since the first trial's start.
    var start: Double
    var end: Double
    /// `c1`, `muted` or `bad`.
    var style: String
  }

  var bars: [Bar]

  func svg(label: String) -> String {
    let numbers = bars.map { Double($0.number) }
    let unit = TimeUnit(for: bars.map(\.end).max() ?? 0)
    let ends = bars.flatMap { [$0.start / unit.seconds, $0.end / unit.seconds] }
    let frame = ChartFrame(
      x: Scale(covering: ends, includesZero: true),
      y: Scale(covering: numbers, isWhole: true), height: 340)
    var svg = frame.begin(xName: unit.name, yName: "trial")
    let range = max(frame.y.high - frame.y.low, 1)
    let height = min(max(frame.plotHeight / range * 0.8, 0.8), 10)
    for bar in bars {
      let start = frame.placeX(bar.start / unit.seconds)
      svg.rectangle(
        start, frame.placeY(Double(bar.number)) - height / 2,
        max(frame.placeX(bar.end / unit.seconds) - start, 0.8), height, style: "fill \(bar.style)",
        title: "trial \(bar.number): \(NumberText.short(bar.end - bar.start)) s")
    }
    return svg.text(label: label)
  }
}
