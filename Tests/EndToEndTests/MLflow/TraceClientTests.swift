import Glibc
import Testing

/// Traces of MLflow's and OpenTelemetry's own clients against the built program.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct TraceClientTests {
  @Test func `traces of MLflow's and OpenTelemetry's clients come back whole`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    let said = try client.run("traces.py", ["write", "kept.json"])
    for gesture in [
      "nested", "exception", "values", "concurrent", "distributed", "searched", "judged",
      "in_runs", "otlp", "hostile", "as_artifacts", "counted",
    ] {
      #expect(said.contains("ok \(gesture) "), "\(gesture): \(said)")
    }
    // What was answered is on disk: a killed server has it when it comes back.
    #expect(kill(client.pid, SIGKILL) == 0)
    try MLflowClient(factory).run("traces.py", ["check", "kept.json"])
  }
}
