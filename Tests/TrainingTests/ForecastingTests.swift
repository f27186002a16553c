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

  @Test func `no lag is nearer than the horizon`() throws {
    let dataset = dataset(days: 60)
    let lags = try LagFeatures(
      fitting: dataset.table, time: "day", series: "shop", target: "sales", horizon: 5)
    let before = try lags.transform(dataset.table)
    // Changing a row's value changes nothing in rows less than five days later.
    var values = TrainingRunTests.numbers(dataset.table, "sales")
    values[60] += 1000
    let changed = Table(
      columns: dataset.table.columns.map {
        $0.name == "sales"
          ? TableColumn(name: "sales", type: .decimal, values: .numbers(values)) : $0
      }, rowCount: dataset.table.rowCount)
    let after = try lags.transform(changed)
    for name in lags.columnNames {
      let old = TrainingRunTests.numbers(before, name)
      let new = TrainingRunTests.numbers(after, name)
      for row in 0..<70 { #expect(old[row].isNaN ? new[row].isNaN : old[row] == new[row]) }
    }
    #expect(
      TrainingRunTests.numbers(before, "sales.lag5")[70]
        != TrainingRunTests.numbers(after, "sales.lag5")[70])
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
