internal import API
internal import ArgumentParser

/// Runs a job once more.
struct JobsRetryCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Runs a job that has ended once more, as its next attempt.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  func execute() async throws {
    let client = try await connection()
    let wire = try await client.post(
      JobPath.of(job.single(client)) + "/retry", as: JobWire.self)
    try global.output.show(
      wire, text: "Job \(wire.id) waits for its attempt \(wire.attempt + 1).", quiet: [wire.id])
  }
}
