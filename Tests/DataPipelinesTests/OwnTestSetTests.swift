import Testing

@testable import DataPipelines

/// A test set of its own whose rows need a join, a condition or columns that the others do not.
@Suite struct OwnTestSetTests {
  /// Units of four steps that run to their end, and two that stop before.
  private func request(_ fixture: DatasetFixture) throws -> DatasetRequest {
    var data = "unit,step,level\n"
    for unit in 1...10 { for step in 1...4 { data += "\(unit),\(step),\(unit * step)\n" } }
    var request = fixture.request([try fixture.file("ended.csv", data)], target: "left")
    request.derive = [.init(name: "left", sql: "max(step) OVER (PARTITION BY unit) - step")]
    request.testFiles = [
      try fixture.file("running.csv", "unit,step,level\n1,1,3\n1,2,4\n2,1,5\n")
    ]
    request.split = .init(rule: .group(column: "unit"), test: 0, validation: 0.2)
    request.testShaping = .init(
      join: [
        .init(files: [try fixture.file("rest.csv", "unit,rest\n1,10\n2,20\n")], using: ["unit"])
      ],
      where: "step = last_step",
      derive: [
        .init(name: "last_step", sql: "max(step) OVER (PARTITION BY unit)"),
        .init(name: "left", sql: "rest + last_step - step"),
      ])
    return request
  }

  @Test func `test rows take their target from a joined table and lose what helped to derive it`()
    throws
  {
    let fixture = try DatasetFixture()
    let request = try request(fixture)
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.columns.map(\.name) == ["unit", "step", "level", "left"])
    #expect(manifest.splitRowCounts["test"] == 2)
    #expect(manifest.sources.count == 3)
    let splits = try fixture.numbers("_split", of: request)
    let left = try fixture.numbers("left", of: request)
    #expect(zip(splits, left).filter { $0.0 == 2 }.map(\.1) == [10, 20])
    // The rows that train are derived as before: each unit counts down to 0.
    #expect(zip(splits, left).filter { $0.0 != 2 }.map(\.1).reduce(0, +) == 60)
  }

  @Test func `labels of test rows may lie in a file of their own`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 60))
    request.split = .init(test: 0, validation: 0.2)
    request.testFiles = [try fixture.file("test.csv", "x,c\n1.5,red\n2.5,blue\n")]
    request.testShaping = .init(
      join: [.init(files: [try fixture.file("labels.csv", "x,y\n1.5,7\n2.5,8\n")], using: ["x"])])
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.splitRowCounts["test"] == 2)
  }

  @Test func `a column that the test rows lack in the end is named`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 60))
    request.split = .init(test: 0, validation: 0.2)
    request.testFiles = [try fixture.file("test.csv", "x,c\n1.5,red\n2.5,blue\n")]
    let error = try #require(try fixture.failure(request))
    #expect(error.code == .columnMissing)
    #expect(error.message == "The test source has no column y, which the data has.")
  }

  @Test func `a mistake in an expression of the test rows is told with the expression`() throws {
    let fixture = try DatasetFixture()
    var request = try request(fixture)
    request.testShaping?.derive[1].sql = "rest + first_step"
    let error = try #require(try fixture.failure(request))
    #expect(error.code == .sqlInvalid)
    #expect(error.message.contains("The derived column left (rest + first_step)"))
  }

  @Test func `a new column stands before the one of which it takes the place`() {
    let all = ["a", "b", "c"].map { DatasetRequest.Derivation(name: $0, sql: "1") }
    let own = ["x", "b", "y"].map { DatasetRequest.Derivation(name: $0, sql: "2") }
    let derivations = TableShaping.derivations(all, replacedBy: own)
    #expect(derivations.map(\.name) == ["a", "x", "b", "c", "y"])
    #expect(derivations.map(\.sql) == ["1", "2", "2", "1", "2"])
  }
}
