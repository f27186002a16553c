internal import ArgumentParser
internal import Serving

/// Leads one study that workers share.
struct WorkerStudyCommand: WorkerVerb {
  static let configuration = CommandConfiguration(
    commandName: "study", abstract: "Leads one study that workers share.")

  @Argument(help: "Path of request.json.") var request: String

  func work() async throws { try StudyWorker.run(requestPath: request) }
}
