internal import API
internal import ArgumentParser

/// The noun `jobs`.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Runs any command as a job, and shows all jobs.",
    subcommands: [
      JobsSubmitCommand.self, JobsListCommand.self, JobsShowCommand.self, JobsLogsCommand.self,
      JobsTopCommand.self,
      JobsAttachCommand.self, JobsCancelCommand.self, JobsRetryCommand.self,
      JobsExplainCommand.self,
    ])
}

/// The argument of verbs about one job, about all of an array, or about a service.
struct JobOrArrayArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Identifier of the job or of an array, or a service by its name.", valueName: "job"))
  var id: String

  /// Whether it names an array.
  var isArray: Bool { id.hasPrefix("array_") }

  /// Whether it names a service.
  var isService: Bool { !isArray && !id.hasPrefix("job_") }

  /// Its address below the server's.
  var path: String {
    "/api/v1/\(isArray ? "job-arrays" : isService ? "services" : "jobs")/\(JobPath.escaped(id))"
  }
}

extension JobOrArrayArgument {
  /// Identifier of the one job that is meant: of a service that which has the requests, else its newest.
  func single(_ client: FactoryClient) async throws -> String {
    guard !isArray else {
      throw CLIError(
        .usage, "An array is many jobs: name one of them.",
        hint: "'aifactory jobs list --array \(id)' shows them.")
    }
    guard isService else { return id }
    return try await client.get(path, as: ServiceWire.self).currentJob
  }
}
