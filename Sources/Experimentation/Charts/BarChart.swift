/// Horizontal bars with names at their left, an interval on each, and the value at the right.
struct BarChart {
  struct Bar {
    var name: String
    var value: Double
    var low: Double?
    var high: Double?
    /// `c1`…`c8`, `muted`, `good` or `bad`.
    var style = "c1"
    /// What stands at the right; the value if nil.
    var note: String?
  }

  var bars: [Bar]
  /// A vertical line, such as the value of all rows.
  var reference: Double?
  /// Draws a dot with its interval instead of a bar from zero.
  var isDots = false
  /// What stands below a tick; the value if nil.
  var tickText: ((Double) -> String)?

  static let mostBars = 40

  func svg(label: String) -> String {
    let shown = bars.prefix(Self.mostBars).filter { $0.value.isFinite }
    let names = shown.map { TextWidth.fitted($0.name, to: 158) }
    let notes = shown.map { $0.note ?? NumberText.short($0.value) }
    let left = 14 + (names.map(TextWidth.of).max() ?? 7)
    let right = 12 + (notes.map(TextWidth.of).max() ?? 7)
    let rowHeight = 24.0
    let height = 8 + rowHeight * Double(shown.count) + 22
    let scale = Scale(
      covering: shown.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
        + [reference].compactMap { $0 }, includesZero: !isDots, tickCount: 4)
    let span = ChartFrame.width - left - right
    func place(_ value: Double) -> Double { left + scale.share(value) * span }

    var svg = SVG(width: ChartFrame.width, height: height)
    var end = -Double.infinity
    for tick in scale.ticks {
      svg.line(place(tick), 4, place(tick), height - 20, style: "grid")
      let text = tickText?(tick) ?? scale.label(tick)
      let half = TextWidth.of(text) / 2
      // Numbers that touch each other cannot be read.
      guard place(tick) - half >= end else { continue }
      end = place(tick) + half + 5
      svg.words(text, x: place(tick), y: height - 6, anchor: .middle)
    }
    for (index, bar) in shown.enumerated() {
      let middle = 6 + rowHeight * (Double(index) + 0.5)
      svg.words(names[index], x: left - 8, y: middle + 4, anchor: .end, title: bar.name)
      if isDots {
        if let low = bar.low, let high = bar.high {
          svg.line(place(low), middle, place(high), middle, style: "line \(bar.style)")
        }
        svg.circle(place(bar.value), middle, 4.2, style: "dot \(bar.style)")
      } else {
        let start = place(max(scale.low, min(scale.high, 0)))
        let end = place(bar.value)
        svg.rectangle(
          min(start, end), middle - 7, max(1, abs(end - start)), 14,
          style: "fill \(bar.style)", radius: 2)
        if let low = bar.low, let high = bar.high, high > low {
          svg.line(place(low), middle, place(high), middle, style: "whisker")
        }
      }
      svg.words(
        notes[index], x: ChartFrame.width - 2, y: middle + 4, anchor: .end, style: "note")
    }
    if let reference {
      svg.line(place(reference), 2, place(reference), height - 20, style: "line guide")
    }
    return svg.text(label: label)
  }
}
