internal import ArgumentParser
internal import Training

/// `aifactory worker train REQUEST.json`.
struct WorkerTrainCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Searches models and trains the best.")

  @Argument(help: "Path of the request.")
  var request: String

  func work() async throws { try await TrainingWorker.run(requestPath: request) }
}
