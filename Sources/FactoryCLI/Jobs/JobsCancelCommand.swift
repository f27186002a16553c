internal import API
internal import ArgumentParser

/// Ends a job.
struct JobsCancelCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Ends a job, all jobs of an array, or a service, and everything that it started.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  func execute() async throws {
    guard !job.isArray else {
      let array = try await connection().post(job.path + "/cancel", as: JobArrayWire.self)
      let text =
        array.hasEnded
        ? "All jobs of \(array.id) have ended." : "The jobs of \(array.id) are being stopped."
      return try global.output.show(array, text: text, quiet: [array.id])
    }
    guard !job.isService else {
      let service = try await connection().post(job.path + "/cancel", as: ServiceWire.self)
      let text =
        service.hasEnded
        ? "Service \(service.name) has ended." : "Service \(service.name) is being stopped."
      return try global.output.show(service, text: text, quiet: [service.id])
    }
    let wire = try await connection().post(job.path + "/cancel", as: JobWire.self)
    let text =
      switch (wire.hasEnded, wire.reason) {
      case (false, _): "Job \(wire.id) is being stopped."
      case (true, "canceled_by_user"?): "Job \(wire.id) is canceled."
      case (true, _): "Job \(wire.id) had ended before: \(wire.status)."
      }
    try global.output.show(wire, text: text, quiet: [wire.id])
  }
}
