internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Runs a command as a job.
struct JobsSubmitCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Runs a command as a job.",
    discussion: """
      The command starts in the current folder, with this server's environment and what --env adds. \
      The job goes on when this program, or the server, ends.

      Example: aifactory jobs submit --cpus 2 --time 1h -- python train.py --depth 6
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "A name for people (default: the program's name).")
  var name: String?

  @Option(help: "CPU cores.")
  var cpus = 1

  @Option(help: "Most memory of all its processes together, such as 2GB.")
  var memory: String?

  @Option(help: "Accelerators.")
  var gpus = 0

  @Option(help: "Longest time that it may run, such as 90s or 2h.")
  var time: String?

  @Option(help: "Time between the request to end and the kill, such as 10s.")
  var grace: String?

  @Option(
    help: ArgumentHelp(
      "Where it runs ('aifactory sites list'; default: this machine).", valueName: "name"))
  var site: String?

  @Option(help: "Higher goes first; from -1000 to 1000.")
  var priority = 0

  @Option(help: "How many tasks run the command; AIFACTORY_TASK tells each its number.")
  var tasks = 1

  @Option(
    name: .customLong("env"), help: ArgumentHelp("An environment variable.", valueName: "k=v"))
  var variables: [String] = []

  @Option(
    help: ArgumentHelp("Where the command starts (default: the current folder).", valueName: "dir"))
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "Give the job a run in that experiment: MLflow calls of the command log into it.",
      valueName: "name"))
  var experiment: String?

  @Flag(help: "Wait for the end; a job that fails ends this program with exit code 1.")
  var wait = false

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("Name the command after --: aifactory jobs submit -- python train.py")
    }
  }

  func execute() async throws {
    var submission = try submission()
    if experiment != nil, let folder = submission.workingDirectory {
      submission.source = await WorkingCopy.source(of: folder)
    }
    let client = try await connection()
    var job: JobWire = try await client.post("/api/v1/jobs", submission)
    if wait {
      global.output.note("Submitted \(job.id); waiting for its end.")
      while !job.hasEnded {
        job = try await client.get("/api/v1/jobs/\(job.id)", query: [("wait_ms", "30000")])
      }
    }
    let text = wait ? "Job \(job.id): \(job.status) after \(job.duration)." : "Submitted \(job.id)."
    try global.output.show(job, text: text, quiet: [job.id])
    if wait, !job.hasSucceeded { throw ExitStatus.workFailed }
  }

  private func submission() throws -> JobSubmissionWire {
    var wire = JobSubmissionWire(command: command)
    (wire.name, wire.cpus, wire.gpus) = (name, cpus, gpus)
    (wire.priority, wire.taskCount) = (priority, tasks)
    wire.memoryBytes = try memory.map { try ByteCount($0).bytes }
    (wire.experiment, wire.site) = (experiment, site)
    wire.timeLimitMs = try time.map { try TimeSpan($0).milliseconds }
    wire.gracePeriodMs = try grace.map { try TimeSpan($0).milliseconds }
    let current = FileManager.default.currentDirectoryPath
    wire.workingDirectory =
      URL(
        fileURLWithPath: directory ?? current, relativeTo: URL(fileURLWithPath: current)
      ).standardizedFileURL.path
    if !variables.isEmpty {
      wire.environment = try Dictionary(
        variables.map { try Self.variable($0) }, uniquingKeysWith: { $1 })
    }
    return wire
  }

  private static func variable(_ text: String) throws -> (String, String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw CLIError(
        .usage, "'\(text)' is no environment variable.", hint: "Write --env NAME=VALUE.")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
