import Optimization

/// The trials along one parameter, with what is expected there when all others vary.
struct SliceChart {
  var axis: ParameterAxis
  /// What the values are.
  var valueName: String
  /// Where each trial lies in 0...1, its value, and whether it broke a constraint.
  var trials: [(share: Double, value: Double, isInfeasible: Bool)]
  /// The best of them.
  var best: (share: Double, value: Double)?
  /// Expected values; empty where nobody knows.
  var curve: [SearchLandscape.Place]
  /// Values that are shown; nil for all.
  var range: ClosedRange<Double>?

  static let mostTrials = 1_000

  func svg(label: String) -> String {
    let shown = trials.suffix(Self.mostTrials).filter { range?.contains($0.value) ?? true }
    let expected = curve.map(\.mean).filter { range?.contains($0) ?? true }
    let frame = ChartFrame(
      x: Scale(covering: [0, 1], isTight: true),
      y: .telling(shown.map(\.value) + expected + [best?.value].compactMap(\.self)),
      xTicks: axis.ticks)
    var svg = frame.begin(xName: axis.parameter.name, yName: valueName)
    let isLine = curve.count > 1 && !axis.isUnordered
    if isLine {
      let upper = curve.map { frame.place($0.share, frame.limited($0.mean + $0.deviation)) }
      let lower = curve.reversed().map {
        frame.place($0.share, frame.limited($0.mean - $0.deviation))
      }
      svg.path(upper + lower, style: "band", isClosed: true)
    }
    for trial in shown {
      let place = frame.place(trial.share, trial.value)
      svg.circle(place.x, place.y, 2.6, style: trial.isInfeasible ? "mark bad" : "mark")
    }
    if isLine {
      svg.path(curve.map { frame.place($0.share, frame.limited($0.mean)) }, style: "line c2")
    } else {
      for place in curve { Self.add(place, to: &svg, in: frame) }
    }
    if let best {
      let place = frame.place(best.share, best.value)
      svg.circle(place.x, place.y, 4.5, style: "dot good")
    }
    return svg.text(label: label)
  }

  /// A dash for what is expected of a word, with its deviation: no line leads from one word to another.
  private static func add(_ place: SearchLandscape.Place, to svg: inout SVG, in frame: ChartFrame) {
    let middle = frame.placeX(place.share)
    let top = frame.placeY(frame.limited(place.mean + place.deviation))
    let floor = frame.placeY(frame.limited(place.mean - place.deviation))
    svg.path(
      [(middle - 9, top), (middle + 9, top), (middle + 9, floor), (middle - 9, floor)],
      style: "band", isClosed: true)
    let mean = frame.placeY(frame.limited(place.mean))
    svg.line(middle - 9, mean, middle + 9, mean, style: "line c2")
  }
}

extension ChartFrame {
  /// A value moved into what the vertical axis covers.
  func limited(_ value: Double) -> Double { min(max(value, y.low), y.high) }
}
