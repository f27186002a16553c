import Basics
import Foundation
import Testing

/// Forecasts through the built programs, from a table with gaps to predictions of days to come.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ForecastEndToEndTests {
  /// `day,shop,sales`: two shops of different size with a week's rhythm and a trend; one day in
  /// twelve is missing, times of day vary, and the rows are in no order.
  private func table(days: Int) -> String {
    var random = SeededGenerator(seed: 12)
    var rows: [String] = []
    for day in 0..<days {
      for (shop, size) in [("Bologna", 100.0), ("Kajaani", 20.0)] {
        let rhythm = 1 + 0.4 * sin(Double(day % 7) / 7 * 2 * .pi)
        let value = size * rhythm + Double(day) * 0.05 + random.nextUnit() * size / 10
        let isMissing = random.nextUnit() < 1.0 / 12
        let hour = 6 + Int(random.nextUnit() * 3)
        if isMissing { continue }
        rows.append("\(date(day)) 0\(hour):30:00,\(shop),\(value)")
      }
    }
    random.shuffle(&rows)
    return "day,shop,sales\n" + rows.joined(separator: "\n") + "\n"
  }

  /// So many days after 2024-01-01.
  private func date(_ day: Int) -> String {
    let moment = Date(timeIntervalSince1970: 1_704_067_200 + Double(day) * 86_400)
    return String(moment.ISO8601Format().prefix(10))
  }

  @Test func `two shops are forecast a week ahead, with intervals that widen`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("sales.csv", table(days: 400))
    try factory.write(
      "workflow.yaml",
      """
      name: sales
      data: {source: sales.csv, target: sales}
      train:
        time: day
        series: shop
        horizon: 7
        frequency: 1d
        metric: mae
        search: {trials: 5, seed: 3}
      evaluate:
        gates: [{metric: mae, at_most: 8}]
        slices: [shop]
      register: {model: sales}
      deploy: {endpoint: sales}
      """)
    let run = try factory("run", "workflow.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.output.suffix(500)) \(run.errors)")
    let metrics = try #require(run.json["metrics"] as? [String: [String: Double]])
    // The last known value is off by the week's rhythm.
    #expect(
      try #require(metrics["test"]?["mae"]) < 0.5 * #require(metrics["test_trivial"]?["mae"]))

    // The ten days after the last one of the table, one shop; three more than the horizon.
    let rows = (0..<10).map { #"{"day": "\#(date(400 + $0)) 07:30:00", "shop": "Bologna"}"# }
    try factory.write("rows.json", "[\(rows.joined(separator: ","))]")
    let answer = try factory("predict", "sales", "rows.json", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
    let widths = try predictions.map { prediction in
      let interval = try #require(prediction["interval"] as? [Double])
      return interval[1] - interval[0]
    }
    #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 <= $1 + 1e-9 })
    #expect(widths.last ?? 0 < 100)
    for (place, prediction) in predictions.prefix(7).enumerated() {
      let day = 400 + place
      let expected = 105 * (1 + 0.4 * sin(Double(day % 7) / 7 * 2 * .pi)) + Double(day) * 0.05
      #expect(abs(try #require(prediction["value"] as? Double) - expected) < 25)
    }

    let id = try #require(run.json["workflow_run"] as? String)
    let report = try factory("workflows", "show", id, "--output", "json")
    #expect(report.output.contains("/reports/\(id)"))
  }

  @Test func `a forecast that would be measured on earlier rows is refused with the line`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("sales.csv", table(days: 30))
    try factory.write(
      "workflow.yaml",
      """
      name: sales
      data: {source: sales.csv, target: sales, split: {by: random}}
      train: {time: day, horizon: 7}
      """)
    let run = try factory("run", "workflow.yaml")
    #expect(run.status == 2)
    #expect(run.errors.contains("workflow.yaml:2: data.split.by: a forecast is measured on later"))
  }
}
