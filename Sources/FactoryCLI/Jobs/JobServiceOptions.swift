internal import API
internal import ArgumentParser
internal import Basics

/// The options that make a job one of a service.
struct JobServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Give the command an address that stays the same: it listens at $PORT, and further jobs follow "
        + "before each time limit.", valueName: "name"))
  var service: String?

  @Option(
    help: ArgumentHelp(
      "It is ready when that path answers (default: when it accepts connections).",
      valueName: "path"))
  var ready: String?

  @Option(help: ArgumentHelp("Tell it its port in that variable.", valueName: "name"))
  var portVariable: String?

  @Option(
    help: ArgumentHelp(
      "Submit the next job so long before the time limit (default: a quarter of it).",
      valueName: "time"))
  var renewBefore: String?

  @Option(
    help: ArgumentHelp(
      "Time for requests under way when the next job takes over (default: 30s).",
      valueName: "time"))
  var drain: String?

  func validate() throws {
    guard service != nil || [ready, portVariable, renewBefore, drain].allSatisfy({ $0 == nil })
    else {
      throw ValidationError("Name the service with --service NAME")
    }
  }

  /// What is sent for a service of that name.
  func submission(_ name: String, of job: JobSubmissionWire) throws -> ServiceSubmissionWire {
    var wire = ServiceSubmissionWire(name: name, job: job)
    (wire.readyPath, wire.portVariable) = (ready, portVariable)
    wire.renewBeforeMs = try renewBefore.map { try TimeSpan($0).milliseconds }
    wire.drainMs = try drain.map { try TimeSpan($0).milliseconds }
    return wire
  }
}
