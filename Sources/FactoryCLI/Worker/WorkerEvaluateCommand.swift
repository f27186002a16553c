internal import ArgumentParser
internal import Experimentation

/// Measures a model on the test split.
struct WorkerEvaluateCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures a model on the test split.")

  @Argument(help: "Path of request.json.") var request: String

  func work() async throws { try EvaluationWorker.run(requestPath: request) }
}
