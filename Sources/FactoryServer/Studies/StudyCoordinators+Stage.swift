import Basics
import Compute
import NIOCore
import Optimization
import Serving
import Workflows

extension StudyCoordinators: StageStudies {
  /// Makes a study, or finds the one of that name.
  func create(
    _ terms: StudyTerms, metrics: [String], after earlier: [String],
    in project: String
  ) async throws -> StudySummary {
    try await hosts.create(
      terms, metrics: metrics, after: earlier, in: project, nowMs: systemTimeMs())
  }

  /// Earlier studies with their trials.
  func sources(_ earlier: [String], in project: String) async throws -> [WarmStart.Source] {
    try await hosts.sources(earlier, in: project)
  }

  /// Answers a question, however long its coordinator takes to start.
  func answer(
    _ study: Identifier<StudySummary>, _ question: JSONValue
  ) async throws -> JSONValue {
    while true {
      do {
        let answer = try await ask(study, question)
        let json = try JSONValue(parsing: Array(answer.payload.readableBytesView))
        guard answer.status != 200 else { return json }
        let error = json["error"]
        throw ServingError(
          .studyFailed, error?["message"]?.stringValue ?? "The study \(study) refused a question.",
          hint: error?["hint"]?.stringValue)
      } catch let error as ServingError {
        // On a machine that is busy, a process takes its time to start.
        guard error.code == .studyUnavailable else { throw error }
        try Task.checkCancellation()
      }
    }
  }
}
