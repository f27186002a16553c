import Foundation
import Testing

/// The whole chain through the built programs: a table becomes an endpoint that answers.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WorkflowEndToEndTests {
  @Test func `a table becomes a deployed model whose predictions can be traced to the file`() throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 400))
    try factory.write("workflow.yaml", SampleTables.workflow())

    let first = try factory("run", "workflow.yaml", "--output", "json")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.json["status"] as? String == "succeeded")
    let stages = try #require(first.json["stages"] as? [[String: Any]])
    #expect(stages.allSatisfy { $0["reused"] as? Bool == false })
    let metrics = try #require(first.json["metrics"] as? [String: [String: Double]])
    #expect(try #require(metrics["test"]?["rmse"]) < 25)

    try factory.write("row.json", #"{"area": 100, "rooms": 3, "city": "Bologna"}"#)
    let answer = try factory("predict", "houses", "row.json", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
    let value = try #require(predictions[0]["value"] as? Double)
    #expect(abs(value - 331) < 60)
    let id = try #require(predictions[0]["id"] as? String)
    #expect(id.hasPrefix("p_"))

    let chain = try factory("explain", id, "--output", "json")
    #expect(chain.status == 0, "\(chain.errors)")
    for word in ["wr_", "job_", "dv_", "houses.csv"] {
      #expect(chain.output.contains(word), "no \(word) in \(chain.output)")
    }

    let again = try factory("run", "workflow.yaml", "--output", "json")
    #expect(again.status == 0, "\(again.errors)")
    let reused = try #require(again.json["stages"] as? [[String: Any]])
    #expect(reused.allSatisfy { $0["reused"] as? Bool == true })
  }

  @Test func `a gate that fails stops the workflow with status 1 and nothing is deployed`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2, mostRMSE: 0.001))

    let run = try factory("run", "workflow.yaml", "--output", "json")
    #expect(run.status == 1)
    let gates = try #require(run.json["gates"] as? [[String: Any]])
    #expect(gates.first?["passed"] as? Bool == false)
    let endpoints = try factory("endpoints", "list", "--output", "quiet")
    #expect(endpoints.output.isEmpty)
  }

  @Test func `a check that fails names the rows and leaves no dataset`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 100) + "100,5000,3,Athens,12.5\n")
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2))

    let run = try factory("run", "workflow.yaml")
    #expect(run.status == 1)
    #expect(run.errors.contains("area"))
    #expect(run.errors.contains("5000"))
    let datasets = try factory("datasets", "list", "--output", "quiet")
    #expect(datasets.output.isEmpty)
  }

  @Test func `a row that does not fit names column, value and expectation`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2))
    #expect(try factory("run", "workflow.yaml").status == 0)

    try factory.write("row.json", #"{"area": "large", "rooms": 3, "city": "Athens"}"#)
    let answer = try factory("predict", "houses", "row.json")
    #expect(answer.status == 2)
    #expect(answer.errors.contains("area"))
    #expect(answer.errors.contains("large"))
  }
}
