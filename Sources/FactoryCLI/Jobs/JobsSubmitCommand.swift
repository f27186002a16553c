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
      The job goes on when this program, or the server, ends. With --restart it finds what it saved in \
      AIFACTORY_CHECKPOINT_DIR.

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

  @Option(
    help: ArgumentHelp(
      "Kind of the accelerators, as 'aifactory sites show' has it.", valueName: "type"))
  var gpuType: String?

  @Option(
    help: ArgumentHelp(
      "A feature that its nodes must have, on a cluster; may be given again.", valueName: "name"))
  var feature: [String] = []

  @Option(
    help: ArgumentHelp(
      "Nodes that run the command at once, on a cluster; the rest is of each.", valueName: "n"))
  var nodes = 1

  @Option(help: "Longest time that it may run, such as 90s or 2h.")
  var time: String?

  @Option(
    help: ArgumentHelp(
      "Most that is kept of each of its two outputs, such as 10MB (default: 67.1MB).",
      valueName: "size"))
  var outputLimit: String?

  @Option(help: "Time between the request to end and the kill, such as 10s.")
  var grace: String?

  @Option(
    help: ArgumentHelp(
      "Start it again after such an end, by itself: timeout, preemption, node_failure.",
      valueName: "end,…"))
  var restart: String?

  @Option(
    help: ArgumentHelp("How often at most (default: 5).", valueName: "n"))
  var restartAtMost: Int?

  @Option(
    help: ArgumentHelp(
      "Where it runs ('aifactory sites list'; default: this machine).", valueName: "name"))
  var site: String?

  @Option(help: "Higher goes first; from -1000 to 1000.")
  var priority = 0

  @Option(
    help: ArgumentHelp(
      "Wait until that job, or all jobs of that array, have succeeded; may be given again.",
      valueName: "id"))
  var after: [String] = []

  @Option(help: "How many tasks run the command; AIFACTORY_TASK tells each its number.")
  var tasks = 1

  @Option(
    help: ArgumentHelp(
      """
      Submit so many jobs of the kind, of which at most k run at once; AIFACTORY_ARRAY_INDEX tells each \
      its number from 0.
      """, valueName: "n[%k]"),
    transform: ArraySize.init(parsing:))
  var array: ArraySize?

  @Option(
    name: .customLong("env"), help: ArgumentHelp("An environment variable.", valueName: "k=v"))
  var variables: [String] = []

  @Option(
    help: ArgumentHelp("Where the command starts (default: the current folder).", valueName: "dir"))
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "Start in a copy of that folder as it is now, without what .gitignore leaves out.",
      valueName: "dir"))
  var code: String?

  @Option(
    help: ArgumentHelp(
      "Find the files of that dataset version in AIFACTORY_DATASET_DIR: NAME, NAME@3 or dv_….",
      valueName: "name"))
  var dataset: String?

  @OptionGroup var software: JobSoftwareOptions

  @OptionGroup var serviceOptions: JobServiceOptions

  @Option(
    help: ArgumentHelp(
      "Give the job a run in that experiment: MLflow calls of the command log into it.",
      valueName: "name"))
  var experiment: String?

  @Option(
    help: ArgumentHelp(
      """
      Keep that file or folder, which the command leaves where it starts, as artifact of its run; \
      may be given again.
      """, valueName: "path"))
  var keep: [String] = []

  @Flag(
    help: """
      Keep it apart: it has a /tmp and processes of its own, and sees neither the factory's home nor \
      other jobs. Needs bubblewrap where it runs.
      """)
  var isolated = false

  @Flag(name: .customLong("no-network"), help: "Keep it apart, and from the network, too.")
  var isOffline = false

  @Flag(
    help:
      "Wait for the end, or until a service is up; a job that fails ends this program with exit code 1."
  )
  var wait = false

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("Name the command after --: aifactory jobs submit -- python train.py")
    }
    guard restart != nil || restartAtMost == nil || serviceOptions.service != nil else {
      throw ValidationError("Say after which ends with --restart, such as --restart timeout")
    }
    guard serviceOptions.service == nil || (array == nil && experiment == nil) else {
      throw ValidationError("A service has no --array and no --experiment")
    }
  }

  func execute() async throws {
    var submission = try submission()
    if experiment != nil, let folder = submission.workingDirectory {
      submission.source = await WorkingCopy.source(of: folder)
    }
    let client = try await connection()
    if let name = serviceOptions.service { return try await start(name, submission, client) }
    if let array { return try await submit(array, of: submission, to: client) }
    var job: JobWire = try await client.post("/api/v1/jobs", submission)
    if wait {
      global.output.note("Submitted \(job.id); waiting for its end.")
      while !job.hasEnded {
        job = try await client.get("/api/v1/jobs/\(job.id)", query: [("wait_ms", "30000")])
      }
    }
    let duration = job.startedAtMs == nil ? "" : " after \(job.duration)"
    let text = wait ? "Job \(job.id): \(job.status)\(duration)." : "Submitted \(job.id)."
    try global.output.show(job, text: text, quiet: [job.id])
    if wait, !job.hasSucceeded { throw ExitStatus.workFailed }
  }

  private func start(
    _ name: String, _ submission: JobSubmissionWire, _ client: FactoryClient
  ) async throws {
    var service: ServiceWire = try await client.post(
      "/api/v1/services", try serviceOptions.submission(name, of: submission))
    if wait {
      global.output.note("Started \(service.id); waiting until it is up.")
      while service.state == "down" {
        try await Task.sleep(for: .milliseconds(200))
        service = try await client.get("/api/v1/services/\(service.id)")
      }
    }
    let isUp = service.state == "up"
    try global.output.show(
      service,
      text: wait && !isUp
        ? service.sentences.joined(separator: " ")
        : "Service \(service.name) \(isUp ? "is up" : "starts") at \(service.url)",
      quiet: [service.id])
    if wait, !isUp { throw ExitStatus.workFailed }
  }

  private func submit(
    _ size: ArraySize, of submission: JobSubmissionWire, to client: FactoryClient
  ) async throws {
    var request = JobArraySubmissionWire(count: size.count, job: submission)
    request.atMost = size.atMost
    var array: JobArrayWire = try await client.post("/api/v1/job-arrays", request)
    if wait {
      global.output.note("Submitted \(array.id); waiting for the end of \(array.count) jobs.")
      while !array.hasEnded {
        try await Task.sleep(for: .milliseconds(500))
        array = try await client.get("/api/v1/job-arrays/\(array.id)")
      }
    }
    let text =
      wait ? "\(array.id): \(array.words)." : "Submitted \(array.count) jobs as \(array.id)."
    try global.output.show(array, text: text, quiet: [array.id])
    if wait, !array.hasSucceeded { throw ExitStatus.workFailed }
  }

  private func submission() throws -> JobSubmissionWire {
    var wire = JobSubmissionWire(command: command)
    (wire.name, wire.cpus, wire.gpus) = (name, cpus, gpus)
    (wire.priority, wire.taskCount, wire.nodes) = (priority, tasks, nodes)
    wire.gpuType = gpuType
    if !feature.isEmpty { wire.features = feature }
    wire.outputLimitBytes = try outputLimit.map { try ByteCount($0).bytes }
    wire.memoryBytes = try memory.map { try ByteCount($0).bytes }
    (wire.experiment, wire.site) = (experiment, site)
    if isolated || isOffline { wire.isolation = JobIsolationWire(network: !isOffline) }
    wire.timeLimitMs = try time.map { try TimeSpan($0).milliseconds }
    wire.gracePeriodMs = try grace.map { try TimeSpan($0).milliseconds }
    wire.restart = restart.map { ends in
      JobRestartWire(
        on: ends.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) },
        atMost: restartAtMost)
    }
    if restart == nil, let restartAtMost {
      wire.restart = JobRestartWire(on: ["preemption", "node_failure"], atMost: restartAtMost)
    }
    wire.workingDirectory = Self.path(directory ?? ".")
    wire.code = code.map(Self.path)
    wire.software = software.wire(Self.path)
    wire.dataset = dataset
    if !keep.isEmpty { wire.outputs = keep }
    if !after.isEmpty { wire.after = after }
    if !variables.isEmpty {
      wire.environment = try Dictionary(
        variables.map { try Self.variable($0) }, uniquingKeysWith: { $1 })
    }
    return wire
  }

  private static func path(_ text: String) -> String {
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    return URL(fileURLWithPath: text, relativeTo: current).standardizedFileURL.path
  }

  private static func variable(_ text: String) throws -> (String, String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw CLIError(
        .usage, "'\(text)' is no environment variable.", hint: "Write --env NAME=VALUE.")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
