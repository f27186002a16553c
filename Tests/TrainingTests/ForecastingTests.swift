import Basics
import DataPipelines
@testable import Engines
import Foundation
import Testing

@testable import Training

struct ForecastingTests {
  /// Two series of days with a week's rhythm; the newest days are the test split.
  func dataset(days: Int, withTarget: Bool = true) -> SyntheticTable.Dataset {
    var (times, values, splits): ([Double], [Double], [Double]) = ([], [], [])
    var codes: [Int32] = []
    var random = SeededGenerator(seed: 4)
    for day in 0..<days {
      for series in 0..<2 {
        times.append(Double(day) * 86_400 + 1_700_000_000)
        codes.append(Int32(series))
        values.append(
          Double(series) * 50 + 10 * sin(Double(day % 7)) + random.nextUnit())
        splits.append(day >= days * 8 / 10 ? 2 : day >= days * 6 / 10 ? 1 : 0)
      }
    }
    let columns = [
      TableColumn(name: "day", type: .timestamp, values: .numbers(times)),
      TableColumn(
        name: "shop", type: .category, values: .strings(codes: codes, values: ["a", "b"])),
      TableColumn(name: "sales", type: .decimal, values: .numbers(values)),
    ]
    let roles: [DatasetManifest.Role] = [.time, .series, .target]
    let manifest = DatasetManifest(
      name: "shops",
      columns: zip(columns, roles).map {
        DatasetManifest.Column(name: $0.name, type: $0.type, role: $1)
      }, rowCount: times.count, splitRowCounts: [:], sources: [],
      splitRule: "time day test=0.2 validation=0.2 seed=7", converterVersion: 1)
    let split = TableColumn(name: "_split", type: .integer, values: .numbers(splits))
    return SyntheticTable.Dataset(
      table: Table(columns: columns + [split], rowCount: times.count), manifest: manifest)
  }

  @Test func `many series are forecast, from kept history or from rows that a request brings`()
    throws
  {
    let dataset = dataset(days: 200)
    let trained = try TrainingRunTests.train(dataset, trials: 4) {
      $0.task = .forecasting
      $0.time = "day"
      $0.series = "shop"
      $0.horizon = 7
    }
    #expect(trained.result.task == .forecasting)
    #expect(trained.result.crossValidationFolds == nil)
    let test = TrainingRunTests.testRows(dataset)
    let truth = TrainingRunTests.numbers(test, "sales")
    func error(_ table: Table, rows: Int) throws -> Double {
      let predictions = try trained.predictor.predict(table)
      return zip(predictions, truth).prefix(rows).reduce(0) { sum, pair in
        if case .number(let value, _) = pair.0 { return sum + abs(value - pair.1) }
        return .infinity
      } / Double(rows)
    }
    #expect(try error(test, rows: test.rowCount) < 2)
    // Without the target the last known values of the package carry the first week.
    let blind = Table(
      columns: test.columns.filter { $0.name != "sales" }, rowCount: test.rowCount)
    #expect(try error(blind, rows: 14) < 2)
    let names = trained.predictor.manifest.signature.map(\.name)
    #expect(Set(names) == ["day", "shop", "sales"])
    #expect(trained.predictor.manifest.signature.first { $0.name == "sales" }?.isOptional == true)
  }

  @Test func `no feature sees what happened after the origin of its row`() throws {
    let dataset = dataset(days: 60)
    let lags = try LagFeatures(
      fitting: dataset.table, time: "day", series: "shop", target: "sales", horizon: 5)
    let (rows, leads) = lags.trainingLeads(of: dataset.table, mostRows: 10_000)
    #expect(Set(leads) == Set(1...5))
    let before = try lags.transform(dataset.table.rows(rows), leads: leads)
    // Another value on day 30 of the first shop changes nothing in rows that do not know that day.
    var values = TrainingRunTests.numbers(dataset.table, "sales")
    values[60] += 1000
    let changed = Table(
      columns: dataset.table.columns.map {
        $0.name == "sales"
          ? TableColumn(name: "sales", type: .decimal, values: .numbers(values)) : $0
      }, rowCount: dataset.table.rowCount)
    let after = try lags.transform(changed.rows(rows), leads: leads)
    for name in lags.columnNames {
      let old = TrainingRunTests.numbers(before, name)
      let new = TrainingRunTests.numbers(after, name)
      for place in rows.indices where rows[place] % 2 == 1 || rows[place] / 2 - leads[place] < 30 {
        #expect(old[place].isNaN ? new[place].isNaN : old[place] == new[place])
      }
    }
    let recent = TrainingRunTests.numbers(after, "sales.recent1")
    for place in rows.indices where rows[place] % 2 == 0 && rows[place] / 2 - leads[place] == 30 {
      #expect(recent[place] == values[60])
    }
  }

  @Test func `rows with a value are measured from a rolling origin, others from the newest value`()
    throws
  {
    let dataset = dataset(days: 60)
    let lags = try LagFeatures(
      fitting: dataset.table, time: "day", series: "shop", target: "sales", horizon: 3)
    func leads(_ sales: [Double]) throws -> [Double] {
      let days = sales.indices.map { Double(60 + $0) * 86_400 + 1_700_000_000 }
      let table = Table(
        columns: [
          TableColumn(name: "day", type: .timestamp, values: .numbers(days)),
          TableColumn(
            name: "shop", type: .category,
            values: .strings(codes: days.map { _ in 0 }, values: ["a"])),
          TableColumn(name: "sales", type: .decimal, values: .numbers(sales)),
        ], rowCount: days.count)
      return TrainingRunTests.numbers(try lags.transform(table), "sales.lead")
    }
    #expect(try leads([1, 2, 3, 4, 5]) == [1, 2, 3, 1, 2])
    #expect(try leads([.nan, .nan, .nan, .nan]) == [1, 2, 3, 4])
    #expect(try leads([7, 7, .nan, .nan]) == [1, 2, 1, 2])
  }

  @Test func `the interval of a random walk widens with the steps ahead`() throws {
    var random = SeededGenerator(seed: 8)
    var (times, values, splits): ([Double], [Double], [Double]) = ([], [], [])
    var level = 100.0
    for day in 0..<600 {
      level += random.nextUnit() - 0.5 + 0.2 * (100 - level) / 10
      times.append(Double(day) * 86_400)
      values.append(level)
      splits.append(day >= 500 ? 2 : day >= 350 ? 1 : 0)
    }
    let columns = [
      TableColumn(name: "day", type: .timestamp, values: .numbers(times)),
      TableColumn(name: "level", type: .decimal, values: .numbers(values)),
    ]
    let manifest = DatasetManifest(
      name: "walk",
      columns: [
        .init(name: "day", type: .timestamp, role: .time),
        .init(name: "level", type: .decimal, role: .target),
      ], rowCount: 600, splitRowCounts: [:], sources: [],
      splitRule: "time day test=0.2 validation=0.2 seed=7", converterVersion: 1)
    let split = TableColumn(name: "_split", type: .integer, values: .numbers(splits))
    let trained = try TrainingRunTests.train(
      SyntheticTable.Dataset(
        table: Table(columns: columns + [split], rowCount: 600), manifest: manifest), trials: 3
    ) {
      $0.task = .forecasting
      $0.time = "day"
      $0.horizon = 10
    }
    let widths = try #require(trained.predictor.manifest.intervalHalfWidthByLead)
    #expect(widths.count == 10)
    #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(widths[9] > 1.5 * widths[0])
    // A request for the days after the last gets each day's own width, then the last one.
    let ahead = Table(
      columns: [
        TableColumn(
          name: "day", type: .timestamp,
          values: .numbers((1...12).map { (499 + Double($0)) * 86_400 }))
      ], rowCount: 12)
    let halves = try trained.predictor.predict(ahead).map { prediction -> Double in
      guard case .number(_, let interval?) = prediction else { return .nan }
      return (interval.upperBound - interval.lowerBound) / 2
    }
    for (half, width) in zip(halves, widths + [widths[9], widths[9]]) {
      #expect(abs(half - width) < 1e-6)
    }
  }

  @Test func `a lead with few residuals borrows those of its neighbors`() throws {
    let leads = (0..<200).map { $0 % 2 == 0 ? 1 : 4 }
    let truth = leads.map(Double.init)
    let widths = try #require(
      SplitConformal.halfWidths(
        truth: truth, predicted: truth.map { _ in 0 }, leads: leads, horizon: 4))
    #expect(widths == [1, 1, 4, 4])
    #expect(SplitConformal.halfWidths(truth: [1], predicted: [1], leads: [1], horizon: 2) == nil)
  }

  @Test func `months are counted by the calendar`() {
    let starts = [0, 31, 59, 90, 120, 151].map { Double($0) * 86_400 }
    let steps = TimeSteps(times: [starts], areTimestamps: true, frequency: nil)
    let numbers = starts.map { steps.number(of: $0) ?? -1 }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == 1 })
    #expect(TimeSteps.yearAndMonth(ofDay: 19_782) == (2024, 2))
    #expect(TimeSteps.yearAndMonth(ofDay: -1) == (1969, 12))
  }
}
