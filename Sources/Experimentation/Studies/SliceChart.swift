import Optimization

/// The trials along one parameter, with what is expected there when all others vary.
struct SliceChart {
  var axis: ParameterAxis
  /// What the values are.
  var valueName: String
  /// Where each trial lies in 0...1, and its value.
  var trials: [(share: Double, value: Double)]
  /// The best of them.
  var best: (share: Double, value: Double)?
  /// Expected values; empty where nobody knows.
  var curve: [SearchLandscape.Place]

  static let mostTrials = 1_000

  func svg(label: String) -> String {
    let shown = trials.suffix(Self.mostTrials)
    let frame = ChartFrame(
      x: Scale(covering: [0, 1], isTight: true),
      y: Scale(covering: shown.map(\.value) + curve.map(\.mean) + [best?.value].compactMap(\.self)),
      xTicks: axis.ticks)
    var svg = frame.begin(xName: axis.parameter.name, yName: valueName)
    if curve.count > 1 {
      let upper = curve.map { frame.place($0.share, frame.limited($0.mean + $0.deviation)) }
      let lower = curve.reversed().map {
        frame.place($0.share, frame.limited($0.mean - $0.deviation))
      }
      svg.path(upper + lower, style: "band", isClosed: true)
    }
    for trial in shown {
      let place = frame.place(trial.share, trial.value)
      svg.circle(place.x, place.y, 2.6, style: "mark")
    }
    svg.path(curve.map { frame.place($0.share, $0.mean) }, style: "line c2")
    if let best {
      let place = frame.place(best.share, best.value)
      svg.circle(place.x, place.y, 4.5, style: "dot good")
    }
    return svg.text(label: label)
  }
}

extension ChartFrame {
  /// A value moved into what the vertical axis covers.
  func limited(_ value: Double) -> Double { min(max(value, y.low), y.high) }
}
