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

  @Test func `a curve of one point, of NaN alone or of nothing is no trap`() {
    for points in [[], [(x: 1.0, y: Double.nan)], [(x: 1.0, y: 2.0)]] {
      #expect(
        !CurvePlot(curves: [.init(name: "c", points: points)], width: 10, height: 4).text.isEmpty)
    }
  }
}
