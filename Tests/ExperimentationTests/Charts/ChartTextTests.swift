import Optimization
import Testing

@testable import Experimentation

/// Names and numbers have room, or are cut with an ellipsis.
struct ChartTextTests {
  /// Where each text of a picture begins and ends, about.
  private static func spans(_ svg: String) -> [(text: String, start: Double, end: Double)] {
    svg.split(separator: "<text ").dropFirst().compactMap { part in
      func attribute(_ name: String) -> String? {
        part.firstRange(of: "\(name)=\"").map {
          String(part[$0.upperBound...].prefix { $0 != "\"" })
        }
      }
      guard !part.prefix(while: { $0 != ">" }).contains("transform"),
        let x = attribute("x").flatMap({ Double($0) }), let anchor = attribute("text-anchor")
      else { return nil }
      let text = String(part.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
      let width = TextWidth.of(text)
      let start = anchor == "start" ? x : anchor == "middle" ? x - width / 2 : x - width
      return (text, start, start + width)
    }
  }

  @Test(arguments: [
    "momentum", "mmmmmmmm", "a_very_long_parameter_name_that_no_axis_could_ever_hold",
    "学習率の初期値と最終値と中間値",
  ])
  func `long names begin inside the picture`(name: String) {
    let bars = BarChart(bars: [.init(name: name, value: 0.5)]).svg(label: "")
    let slice = SliceChart(
      axis: ParameterAxis(.init(name, .float(low: 0, high: 1))), valueName: name,
      trials: [(share: 0.5, value: 1, isInfeasible: false)], best: nil, curve: []
    ).svg(label: "")
    let axes = ParallelCoordinates(
      axes: [
        ParallelAxis(param: name, values: [name, "b"]),
        ParallelAxis(param: "n", values: ["1", "2"]),
      ].compactMap(\.self), order: [0, 1]
    ).svg(label: "")
    for svg in [bars, slice, axes] {
      let spans = Self.spans(svg)
      #expect(!spans.isEmpty)
      for span in spans { #expect(span.start >= 0, "\(span)") }
    }
    for span in Self.spans(bars) + Self.spans(slice) {
      #expect(span.end <= ChartFrame.width, "\(span)")
    }
  }

  @Test func `numbers below bars do not touch each other`() {
    let svg = BarChart(
      bars: [
        .init(
          name: "a_very_long_parameter_name", value: 1.483, low: -0.2, high: 1.9, note: "148.3 %")
      ], tickText: { "\(Int(($0 * 100).rounded())) %" }
    ).svg(label: "")
    let ticks = Self.spans(svg).filter { $0.text.hasSuffix(" %") && $0.text != "148.3 %" }
    #expect(ticks.count > 1)
    for (one, next) in zip(ticks, ticks.dropFirst()) { #expect(one.end < next.start) }
  }

  @Test func `a text is cut to its room`() {
    #expect(TextWidth.fitted("depth", to: 60) == "depth")
    let cut = TextWidth.fitted("learning_rate_of_the_last_layer", to: 80)
    #expect(cut.hasSuffix("…") && TextWidth.of(cut) <= 80 && cut.hasPrefix("learn"))
  }
}
