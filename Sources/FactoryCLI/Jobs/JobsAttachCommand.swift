internal import API
internal import ArgumentParser
internal import Basics
internal import CLinux
internal import Experimentation
import Glibc
internal import JobProtocol

/// Takes a person into a running job.
struct JobsAttachCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "Runs a shell, or a command, inside of a running job.",
    discussion: """
      It starts in the folder of the job's command, with its variables, on its cores; on a cluster on \
      the job's node, in its allocation. This program becomes it: its exit code is that of the command.

      Example: aifactory jobs attach job_… -- nvidia-smi
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var job: JobOrArrayArgument

  @Option(help: ArgumentHelp("The node, from 0, of a job on several.", valueName: "k"))
  var node: Int?

  @Flag(name: .customLong("dry-run"), help: "Print what would be run, and run nothing.")
  var isDry = false

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("A command, after --.", valueName: "command"))
  var command: [String] = []

  func execute() async throws {
    var visit = JobVisitWire()
    (visit.node, visit.command) = (node, command.isEmpty ? nil : command)
    visit.terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let client = try await connection()
    let entrance = try await client.post(
      JobPath.of(job.single(client)) + "/attach", visit, as: JobEntranceWire.self)
    let line = ShellWords.joined(entrance.command)
    guard !isDry else { return try global.output.show(entrance, text: line, quiet: [line]) }
    // What a server says is run on its own machine alone.
    guard entrance.boot == ProcFile.bootId() else {
      throw CLIError(
        .otherMachine,
        "The server runs on '\(entrance.host)', and its jobs are entered from there.",
        hint: "There: \(line)")
    }
    throw become(entrance.command)
  }

  /// Replaces this program; what it returns says why that was not possible.
  private func become(_ words: [String]) -> CLIError {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    let failure = factory_become(arguments[0], arguments, environ, 0)
    return CLIError(
      .programMissing, "\(words.first ?? "") cannot be run: \(String(cString: strerror(failure)))",
      hint: "It must be in PATH, as it is for the server.")
  }
}
