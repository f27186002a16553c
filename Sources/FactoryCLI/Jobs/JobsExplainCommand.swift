internal import API
internal import ArgumentParser

/// Says why a job stands where it does.
struct JobsExplainCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says why a job waits, runs or ended.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobArgument

  func execute() async throws {
    let wire = try await connection().get(job.path + "/explain", as: JobExplanationWire.self)
    try global.output.show(
      wire, text: wire.sentences.joined(separator: "\n"), quiet: [wire.reason ?? wire.state])
  }
}
