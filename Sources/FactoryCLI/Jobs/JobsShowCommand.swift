internal import API
internal import ArgumentParser

/// Shows one job.
struct JobsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all about one job or service, or how an array stands.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  func execute() async throws {
    guard !job.isArray else {
      let array = try await connection().get(job.path, as: JobArrayWire.self)
      return try global.output.show(array, table: array.properties, quiet: [array.status])
    }
    guard !job.isService else {
      let service = try await connection().get(job.path, as: ServiceWire.self)
      return try global.output.show(service, table: service.properties, quiet: [service.state])
    }
    let client = try await connection()
    var wire = try await client.get(job.path, as: JobWire.self)
    if wire.hasEnded, wire.engineId != nil {
      // A cluster that keeps no accounts, or is away, is no reason to show nothing.
      wire.accounts = try? await client.get(job.path + "/account", as: JobAccountWire.self)
    }
    if wire.state == "running" { wire = await client.withSteps([wire]).first ?? wire }
    try global.output.show(wire, table: wire.properties, quiet: [wire.status])
  }
}
