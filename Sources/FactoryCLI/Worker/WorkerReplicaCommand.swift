internal import ArgumentParser
internal import Serving

/// Serves one model version to the gateway.
struct WorkerReplicaCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: "Serves one model version to the gateway.")

  @Argument var request: String

  func work() async throws { try ReplicaWorker.run(requestPath: request) }
}
