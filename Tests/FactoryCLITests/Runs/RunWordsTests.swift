import API
import Testing

@testable import FactoryCLI

struct RunWordsTests {
  private func run(_ id: String, _ metrics: [String: Double], _ params: [String: String]) -> RunWire
  {
    RunWire(
      id: id, experiment: "0", name: id, status: "FINISHED", user: "", job: nil, startedAtMs: 0,
      endedAtMs: nil, metrics: metrics, params: params, tags: [:], inputs: [])
  }

  @Test func `a comparison shows all metrics and the params that differ`() {
    let runs = [
      run("aaaaaaaaaa", ["rmse": 0.5, "r2": 0.9], ["lr": "0.1", "depth": "3"]),
      run("bbbbbbbbbb", ["rmse": 0.25], ["lr": "0.2", "depth": "3"]),
    ]
    let short = RunComparison(runs: runs, showsEqual: false).table.rendered(on: .pipe)
    #expect(short.contains("aaaaaaaa") && short.contains("0.25") && short.contains("–"))
    #expect(short.contains("param lr") && !short.contains("param depth"))
    #expect(
      RunComparison(runs: runs, showsEqual: true).table.rendered(on: .pipe)
        .contains("param depth"))
  }

  @Test func `runs made together are told apart by the end of their identifiers`() {
    let runs = ["01a21d86e8147b1a93d1fc996b80928b", "01a21d86e33c70f49cf1a6e0a24b3786"]
      .map { run($0, [:], [:]) }
    let head = RunComparison(runs: runs, showsEqual: false).table.rendered(on: .pipe)
      .split(separator: "\n")[0]
    #expect(head.contains("…6b80928b") && head.contains("…a24b3786"))
  }

  @Test func `a rising curve goes from the lower left to the upper right`() {
    let points = (0..<50).map { (x: Double($0), y: Double($0) * 2) }
    let plot = CurvePlot(curves: [.init(name: "one", points: points)], width: 20, height: 5)
    let lines = plot.text.split(separator: "\n").map(String.init)
    #expect(lines.count == 7)
    #expect(lines[0].hasPrefix("        98 ┤"))
    #expect(lines[4].hasPrefix("         0 ┤"))
    #expect(lines[0].last != "\u{2800}" && lines[4].last == "\u{2800}")
    #expect(lines[6].contains("one (50)"))
  }

  @Test func `several curves end in letters, and their names take the lines that they need`() {
    let curves = (0..<5).map { number in
      CurvePlot.Curve(
        name: "run-\(number)",
        points: (0..<9).map { (x: Double($0), y: $0 == 4 ? .nan : Double(number)) })
    }
    let lines = CurvePlot(curves: curves, width: 40, height: 5).text.split(separator: "\n")
    for (row, letter) in ["e", "d", "c", "b", "a"].enumerated() {
      #expect(lines[row].hasSuffix(letter), "\(lines[row])")
    }
    let legend = lines.dropFirst(6)
    #expect(legend.count > 1)
    #expect(legend.allSatisfy { $0.count <= 52 })
    #expect(legend.joined().contains("c run-2 (9, 1 no numbers)"))
  }

  @Test(arguments: [-4, 0, 1, 8, 200])
  func `a terminal of any width is no trap`(width: Int) {
    let points = (0..<3).map { (x: Double($0), y: Double($0)) }
    let plot = CurvePlot(curves: [.init(name: "c", points: points)], width: width, height: 4)
    #expect(plot.text.contains("c (3)"))
  }

  @Test func `a curve of one point, of NaN alone or of nothing is no trap`() {
    let far = Double.greatestFiniteMagnitude
    for points in [
      [], [(x: 1.0, y: Double.nan)], [(x: 1.0, y: 2.0)], [(x: -far, y: far), (x: far, y: -far)],
      [(x: 0, y: 0), (x: .leastNonzeroMagnitude, y: .leastNonzeroMagnitude)],
    ] {
      #expect(
        !CurvePlot(curves: [.init(name: "c", points: points)], width: 10, height: 4).text.isEmpty)
    }
  }

  @Test func `a metric without finite values is told apart from none`() {
    let plot = { CurvePlot(curves: [.init(name: "c", points: $0)], width: 10, height: 4).text }
    #expect(plot([]) == "Nothing to draw: no run has this metric.")
    #expect(plot([(x: 0, y: .nan)]).hasSuffix("no value of this metric is a finite number."))
  }

  @Test func `what was there from the start has no time`() {
    #expect(MomentText.minute(0) == "–")
    #expect(MomentText.minute(60_000) == "1970-01-01 00:01")
  }
}
