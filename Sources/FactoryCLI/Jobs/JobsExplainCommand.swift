internal import API
internal import ArgumentParser

/// Says why a job stands where it does.
struct JobsExplainCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says why a job waits, runs or ended, or why a service is up or not.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  func execute() async throws {
    guard !job.isService else {
      let service = try await connection().get(job.path, as: ServiceWire.self)
      return try global.output.show(
        service, text: service.sentences.joined(separator: "\n"), quiet: [service.state])
    }
    guard !job.isArray else {
      throw CLIError(
        .usage, "An array is not explained as a whole.",
        hint: "'aifactory jobs list --array \(job.id)' shows its jobs.")
    }
    let wire = try await connection().get(job.path + "/explain", as: JobExplanationWire.self)
    try global.output.show(
      wire, text: wire.sentences.joined(separator: "\n"), quiet: [wire.reason ?? wire.state])
  }
}
