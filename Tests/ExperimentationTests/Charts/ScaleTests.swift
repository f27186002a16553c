import Testing

@testable import Experimentation

struct ScaleTests {
  @Test(arguments: [
    ([0.0, 1], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([3, 97], ["0", "20", "40", "60", "80", "100"]),
    ([-0.013, 0.02], ["−0.02", "−0.01", "0.00", "0.01", "0.02"]),
    ([0, 1e6], ["0", "2e+05", "4e+05", "6e+05", "8e+05", "1e+06"]),
  ])
  func `ticks are round numbers around the values`(values: [Double], labels: [String]) {
    let scale = Scale(covering: values)
    #expect(scale.ticks.map(scale.label) == labels)
  }

  @Test(
    arguments: [
      [], [Double.nan], [5, 5], [0, 0], [-3], [1e300, -1e300], [.infinity, 1], [1e-300, 2e-300],
      [1e15, 1e15 + 1], [0, .leastNonzeroMagnitude],
      [-Double.leastNonzeroMagnitude, .leastNonzeroMagnitude],
      [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], [1.7e308],
    ] as [[Double]])
  func `no values lead to a scale that cannot be drawn`(values: [Double]) {
    for isTight in [false, true] {
      let scale = Scale(covering: values, isTight: isTight)
      #expect(scale.high > scale.low)
      #expect(scale.low.isFinite && scale.high.isFinite && scale.ticks.count <= 21)
      for value in values where value.isFinite { #expect(scale.share(value).isFinite) }
    }
  }

  @Test func `numbers are short`() {
    let texts: [(Double, String)] = [
      (0.66421, "0.6642"), (12.5, "12.5"), (48_231, "48,231"), (-0.5, "−0.5"),
      (0.000012, "1.2e-05"), (0, "0"), (.nan, "–"), (1234.5678, "1235"), (0.05, "0.05"),
    ]
    for (value, text) in texts { #expect(NumberText.short(value) == text) }
    #expect(NumberText.percent(0.123) == "12.3 %")
    #expect(NumberText.bytes(1_234_567) == "1.2 MB")
    #expect(DateText.minute(1_709_296_200) == "2024-03-01 12:30")
    #expect(DateText.day(1_709_296_200) == "2024-03-01")
  }
}
