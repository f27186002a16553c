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

  @Test(arguments: [
    [1e6, 1e6 + 1e-3], [0.98765431, 0.98765439], [1e-9, 1.0001e-9], [-1e7, -1e7 + 5],
    [123_456, 123_457],
  ])
  func `no two ticks have the same label`(values: [Double]) {
    let scale = Scale(covering: values)
    let labels = scale.ticks.map(scale.label)
    #expect(Set(labels).count == labels.count, "\(labels)")
  }

  @Test func `values over orders of magnitude have a logarithmic axis`() {
    let scale = Scale.telling([0.002, 5, 3_000])
    #expect(scale.isLogarithmic)
    #expect(
      scale.ticks.map(scale.label) == ["0.001", "0.01", "0.1", "1", "10", "100", "1,000", "10,000"])
    #expect(scale.share(0.001) == 0 && scale.share(10_000) == 1)
    #expect(abs(scale.share(1) - 3.0 / 7) < 1e-12)
    let long = Scale.telling([1e-30, 1e30], isTight: true)
    #expect(long.ticks.count < 10 && long.low == 1e-30 && long.high == 1e30)
    // What has a sign, a zero or little spread stays linear.
    for values in [[-1, 1e6], [0, 1e6], [1, 999], [], [.nan]] as [[Double]] {
      #expect(!Scale.telling(values).isLogarithmic)
    }
  }

  @Test func `a few hopeless values are left out, and counted`() throws {
    let good = (0..<40).map { 1 + Double($0) / 40 }
    let most = try #require(UsualValues(good + [1e12, 5e9], isSmallGood: true))
    #expect(most.leftOut >= 2 && most.leftOut <= 5 && most.range.upperBound < 2)
    #expect(most.note == " The worst \(most.leftOut) are left out.")
    let all = try #require(UsualValues(good, isSmallGood: true))
    #expect(all.range == 1...good[39] && all.leftOut == 0 && all.note.isEmpty)
    // The best is never left out, however far it lies from the others.
    let peak = try #require(UsualValues(good + [1e12], isSmallGood: false))
    #expect(peak.range.upperBound == 1e12 && peak.leftOut == 0)
    #expect(UsualValues([], isSmallGood: true) == nil)
    #expect(UsualValues([3], isSmallGood: true)?.range == 3...3)
  }

  @Test func `labels stay inside the picture and do not touch each other`() {
    let x = Scale(covering: [0, 1], isTight: true)
    let numbers = (0...8).map { ChartFrame.Tick(value: Double($0) / 8, text: "1,000,000.\($0)") }
    let frame = ChartFrame(x: x, y: x, xTicks: numbers)
    let svg = frame.begin(xName: "x", yName: "y").text(label: "")
    #expect(numbers.count { svg.contains($0.text) } < numbers.count)
    // Half of the last label needs room beyond the axis.
    #expect(frame.right > 30)
    let words = numbers.map { ChartFrame.Tick(value: $0.value, text: $0.text, isWord: true) }
    let turned = ChartFrame(x: x, y: x, xTicks: words)
    let picture = turned.begin(xName: "x", yName: "y").text(label: "")
    #expect(words.allSatisfy { picture.contains($0.text) })
    #expect(turned.height > frame.height && abs(turned.plotHeight - frame.plotHeight) < 1e-9)
  }

  @Test func `numbers beside each other can be told apart`() {
    let values = [1e6 + 1e-4, 1e6 + 2e-4, 1e6 + 9e-4]
    #expect(Set(values.map { NumberText.short($0, among: values) }).count == 3)
    #expect(NumberText.short(0.98765, among: [0.98764, 0.98765]) == "0.98765")
    #expect(NumberText.short(0.98765, among: [0.1, 0.98765]) == "0.9877")
    #expect(NumberText.short(5, among: [5, 5.000001]) == "5")
    #expect(NumberText.short(.infinity, among: [1, 2]) == "∞")
    #expect(NumberText.percent(-0.0001) == "0.0 %")
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
