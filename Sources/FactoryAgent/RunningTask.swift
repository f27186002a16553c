import CLinux
import Glibc
import JobProtocol

/// One task's process and the agent's ends of its pipes.
struct RunningTask {
  let number: Int
  let pid: Int32
  /// Reading ends; -1 once closed.
  var standardOutput: Int32
  var standardError: Int32
  var report: Int32
  var outputLines = LineBuffer()
  var errorLines = LineBuffer()
  var reportLines = ReportLines()

  mutating func closePipes() {
    for descriptor in [standardOutput, standardError, report] where descriptor >= 0 {
      close(descriptor)
    }
    (standardOutput, standardError, report) = (-1, -1, -1)
  }
}

/// Starts the tasks of one attempt.
struct TaskLauncher {
  let attempt: AttemptSpec
  var environment: TaskEnvironment
  /// The attempt's folder, below which a working directory that is no absolute path lies.
  let place: AttemptFolder
  /// Descriptor of the control group's process list; -1 without one.
  let cgroup: Int32

  /// A task that could not be started, in words.
  struct Failure: Error { var message: String }

  func launch(task number: Int) throws(Failure) -> RunningTask {
    guard let word = attempt.spec.command.first, let program = environment.program(word) else {
      let word = attempt.spec.command.first ?? ""
      throw Failure(message: "there is no program `\(word)` in PATH")
    }
    let command = try fenced([program] + attempt.spec.command.dropFirst())
    var pipes: [(reading: Int32, writing: Int32)] = []
    defer { for pipe in pipes { close(pipe.writing) } }
    for _ in 0..<3 {
      var pipe: (reading: Int32, writing: Int32) = (-1, -1)
      let failure = factory_pipe(&pipe.reading, &pipe.writing)
      guard failure == 0 else {
        for pipe in pipes { close(pipe.reading) }
        throw Failure(message: "cannot make a pipe: \(errorText(failure))")
      }
      pipes.append(pipe)
    }
    var step: Int32 = 0
    let pid = spawn(number, command, pipes.map(\.writing), &step)
    guard pid > 0 else {
      for pipe in pipes { close(pipe.reading) }
      throw Failure(message: failureText(step: step, number: -pid, program: command.program))
    }
    return RunningTask(
      number: number, pid: pid, standardOutput: pipes[0].reading, standardError: pipes[1].reading,
      report: pipes[2].reading)
  }

  /// Where the command starts.
  var folder: String {
    guard let given = attempt.spec.workingDirectory else { return attempt.workFolder }
    return given.hasPrefix("/") ? given : place.path + "/" + given
  }

  /// A program and its arguments, of which the first is its name.
  private typealias Command = (program: String, arguments: [String])

  /// The task's command as it is, or behind the fence that keeps it apart.
  private func fenced(_ words: [String]) throws(Failure) -> Command {
    guard var isolation = attempt.isolation else { return (words[0], attempt.spec.command) }
    guard let fence = environment.program("bwrap") else {
      throw Failure(
        message: "the job is to be kept apart, and there is no `bwrap` (bubblewrap) in PATH")
    }
    isolation.shown.append(place.code)
    guard isolation.allows(folder) else {
      throw Failure(message: "the working directory \(folder) is one that the job must not see")
    }
    guard mkdir(place.temporary, 0o700) == 0 || errno == EEXIST else {
      throw Failure(message: "cannot make \(place.temporary): \(errorText(errno))")
    }
    let arguments = isolation.arguments(
      startingIn: folder, temporary: place.temporary, exists: { access($0, F_OK) == 0 })
    return (fence, ["bwrap"] + arguments + words)
  }

  private func spawn(
    _ number: Int, _ command: Command, _ pipes: [Int32], _ step: inout Int32
  ) -> Int32 {
    let cpus = attempt.cpus.map { Int32($0) }
    return withCStrings(command.arguments) { arguments in
      withCStrings(environment.entries(task: number)) { variables in
        command.program.withCString { path in
          folder.withCString { folder in
            cpus.withUnsafeBufferPointer { cpus in
              var task = factory_task(
                path: path, arguments: arguments, environment: variables, folder: folder,
                standard_input: -1, standard_output: pipes[0], standard_error: pipes[1],
                report: pipes[2], report_target: TaskEnvironment.reportDescriptor,
                cgroup_procs: cgroup,
                cpus: cpus.baseAddress, cpu_count: cpus.count)
              return factory_spawn_task(&task, &step)
            }
          }
        }
      }
    }
  }

  private func failureText(step: Int32, number: Int32, program: String) -> String {
    let text = errorText(number)
    switch factory_spawn_step(rawValue: UInt32(step)) {
    case FACTORY_SPAWN_FOLDER: return "cannot enter the working directory \(folder): \(text)"
    case FACTORY_SPAWN_EXEC: return "cannot run \(program): \(text)"
    case FACTORY_SPAWN_CGROUP: return "cannot enter the control group of the job: \(text)"
    default: return "cannot start a process: \(text)"
    }
  }
}

/// Lends strings as an array of C strings that ends with NULL.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    .allocate(capacity: strings.count + 1)
  for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
  pointers[strings.count] = nil
  defer {
    for index in strings.indices { free(pointers[index]) }
    pointers.deallocate()
  }
  return body(pointers)
}
