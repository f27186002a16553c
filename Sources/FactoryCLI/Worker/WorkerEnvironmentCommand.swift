internal import ArgumentParser
internal import Serving

/// Installs the Python packages that a model needs.
struct WorkerEnvironmentCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "environment", abstract: "Installs the Python packages that a model needs.")

  @Argument(help: "Path of request.json.") var request: String

  func work() async throws { try EnvironmentWorker.run(requestPath: request) }
}
