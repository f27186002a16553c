internal import API
internal import ArgumentParser

/// Shows one job.
struct JobsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all about one job.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobArgument

  func execute() async throws {
    let wire = try await connection().get(job.path, as: JobWire.self)
    try global.output.show(wire, table: wire.properties, quiet: [wire.status])
  }
}
