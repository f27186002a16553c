import Foundation
import Testing

@testable import DataPipelines

@Suite struct SplitTests {
  private func splits(_ fixture: DatasetFixture, _ request: DatasetRequest) throws -> [Int] {
    _ = try fixture.build(request)
    return try fixture.numbers("_split", of: request).map { Int($0) }
  }

  @Test func `The same seed gives the same split, another seed another`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 500))
    let first = try splits(fixture, request)
    #expect(try splits(fixture, request) == first)
    request.split.seed = 8
    #expect(try splits(fixture, request) != first)
  }

  @Test func `The split of a known table never changes between releases`() throws {
    let fixture = try DatasetFixture()
    let split = try splits(fixture, try fixture.request(sampleCSV(rows: 40)))
    #expect(split.map(String.init).joined() == "1222000000002100120110202000000120011000")
  }

  @Test func `Copies of a row stay in one part`() throws {
    let fixture = try DatasetFixture()
    var csv = "id,x,y\n"
    for row in 0..<600 { csv += "\(row),\(row % 100),\(row % 100 % 7)\n" }
    var request = try fixture.request(csv)
    request.exclude = ["id"]
    let split = try splits(fixture, request)
    for row in 0..<100 {
      #expect(Set(stride(from: row, to: 600, by: 100).map { split[$0] }).count == 1)
    }
    #expect(split.count { $0 == 2 } == 120)
    let profile = try DatasetFolder(request.outputFolder).profile()
    #expect(profile.duplicateRowCount == 500)
  }

  @Test func `Stratified parts keep the shares of the classes`() throws {
    let fixture = try DatasetFixture()
    var csv = "x,y\n"
    for row in 0..<1_000 { csv += "\(row),\(row % 10 == 0 ? "rare" : "common")\n" }
    var request = try fixture.request(csv)
    request.split.rule = .stratified
    let split = try splits(fixture, request)
    for part in 0...2 {
      let rows = split.indices.filter { split[$0] == part }
      #expect(rows.count { $0 % 10 == 0 } * 10 == rows.count)
    }
  }

  @Test func `A group is never in two parts`() throws {
    let fixture = try DatasetFixture()
    var csv = "g,x,y\n"
    for row in 0..<400 { csv += "g\(row % 23),\(row),\(row % 5)\n" }
    var request = try fixture.request(csv)
    request.split.rule = .group(column: "g")
    let split = try splits(fixture, request)
    for group in 0..<23 {
      #expect(Set(stride(from: group, to: 400, by: 23).map { split[$0] }).count == 1)
    }
    #expect(Set(split) == [0, 1, 2])
    #expect(try DatasetFolder(request.outputFolder).manifest().columns[0].role == .identity)
  }

  @Test func `One group cannot be split by group`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request("g,x,y\n" + (0..<30).map { "a,\($0),\($0)\n" }.joined())
    request.split.rule = .group(column: "g")
    #expect(try fixture.failure(request)?.code == .splitImpossible)
  }

  @Test func `By time, the newest rows test and equal times stay together`() throws {
    let fixture = try DatasetFixture()
    var csv = "day,y\n"
    for row in 0..<200 {
      let day = (row * 37 % 50) + 1
      csv += "2024-0\(day <= 25 ? 1 : 2)-\(String(format: "%02d", (day - 1) % 25 + 1)),\(row)\n"
    }
    var request = try fixture.request(csv)
    request.split.rule = .time(column: "day")
    let split = try splits(fixture, request)
    let days = try fixture.numbers("day", of: request)
    func range(_ part: Int) -> ClosedRange<Double> {
      let days = split.indices.filter { split[$0] == part }.map { days[$0] }
      return (days.min() ?? 0)...(days.max() ?? 0)
    }
    #expect(range(0).upperBound < range(1).lowerBound)
    #expect(range(1).upperBound < range(2).lowerBound)
    #expect(split.count { $0 == 2 } == 40)
  }

  @Test func `A column of words is no time`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 50))
    request.split.rule = .time(column: "c")
    #expect(try fixture.failure(request)?.code == .splitImpossible)
  }

  @Test func `Shares that leave nothing to train on are refused`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request("x,y\n" + (0..<6).map { _ in "1,2\n" }.joined())
    request.split.test = 0.6
    #expect(try fixture.failure(request)?.code == .splitImpossible)
  }
}
