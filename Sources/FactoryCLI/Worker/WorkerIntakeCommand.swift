internal import ArgumentParser
internal import DataPipelines

/// Takes sources in as objects.
struct WorkerIntakeCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "intake", abstract: "Takes sources in as objects.")

  @Argument(help: "Path of request.json.") var request: String

  func work() async throws { try await IntakeWorker.run(requestPath: request) }
}
