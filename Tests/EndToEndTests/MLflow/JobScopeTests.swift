import Basics
import Foundation
import TestSupport
import Testing

/// What a job may change of what MLflow's clients see, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct JobScopeTests {
  @Test func `a job changes what it has made, and nothing of others`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let foreign =
      try client.run("foreign_run.py", ["make"])
      .split(separator: "\n").last.map(String.init) ?? ""
    let submitted = try factory(
      "jobs", "submit", "--experiment", "scoped", "--env", "MLFLOW_DISABLE_TELEMETRY=true",
      "--wait", "--output", "json", "--", MLflowClient.python,
      MLflowClient.folder + "/foreign_job.py", foreign, try factory.serverFile().url)
    let job = submitted.json["id"] as? String ?? ""
    let errors = try factory("jobs", "logs", "--stderr", job)
    #expect(submitted.status == 0, "\(submitted.output) \(errors.output)")
    // Nothing was promised that could not be kept.
    #expect(submitted.json["message"] == nil, "\(submitted.output)")
    let run = submitted.json["run"] as? String ?? ""
    let text = try client.run("foreign_run.py", ["check", foreign, run])
    #expect(text.contains("ok"), "\(text)")
  }
}
