internal import ArgumentParser
internal import DataPipelines

/// Makes a dataset version.
struct WorkerDataCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes a dataset version.")

  @Argument(help: "Path of request.json.") var request: String

  func work() async throws { try await DataWorker.run(requestPath: request) }
}
