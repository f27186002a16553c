internal import API
internal import ArgumentParser

/// Ends a job.
struct JobsCancelCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Ends a job and everything that it started.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobArgument

  func execute() async throws {
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
