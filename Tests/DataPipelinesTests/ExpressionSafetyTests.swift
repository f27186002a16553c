import Testing

@testable import DataPipelines

@Suite struct ExpressionSafetyTests {
  @Test(arguments: [
    "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0",
    "(SELECT count(*) FROM read_text('/etc/passwd')) > 0",
    "(SELECT count(*) FROM glob('/etc/*')) > 0",
    "(SELECT count(*) FROM read_csv('https://example.com/x.csv')) > 0",
    "(SELECT count(*) FROM '/etc/passwd') > 0",
    "true); COPY data TO '/tmp/stolen.csv'; SELECT (true",
    "true; DROP TABLE source_data",
    "nothing > 1",
    "x >",
  ])
  func `An expression that reaches out or is no expression is refused`(sql: String) throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 30))
    request.where = sql
    let error = try fixture.failure(request)
    #expect(error?.code == .sqlRefused || error?.code == .sqlInvalid, "\(sql)")
    request.where = nil
    request.derive = [DatasetRequest.Derivation(name: "d", sql: sql)]
    let derived = try fixture.failure(request)
    #expect(derived?.code == .sqlRefused || derived?.code == .sqlInvalid, "\(sql)")
    request.derive = []
    request.checks = [DatasetRequest.Check(sql: sql)]
    let checked = try fixture.failure(request)
    #expect(checked?.code == .sqlRefused || checked?.code == .sqlInvalid, "\(sql)")
  }

  @Test func `The engine's settings cannot be changed by an expression`() throws {
    let fixture = try DatasetFixture()
    var request = try fixture.request(sampleCSV(rows: 30))
    request.derive = [
      DatasetRequest.Derivation(
        name: "d", sql: "(SELECT value FROM duckdb_settings() WHERE name = 'lock_configuration')")
    ]
    _ = try fixture.build(request)
    #expect(try fixture.texts("d", of: request).first == "true")
  }
}
