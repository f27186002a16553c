import CLinux
import Glibc
import JobProtocol

/// Stands between a site's engine and the agents of all nodes of an attempt.
///
/// It is the batch script's process on the first node, starts the agents through the engine's own launcher
/// (`srun`), and hands on why they are to stop: a signal of the engine's, or the bad end of one of them. A
/// signal sent through the launcher would reach the tasks as well, and past their grace period.
struct NodeLead {
  private let launcher: Int32
  private let commands: Int32
  private let answers: Int32
  private var hasToldFailure = false
  private var unread: [UInt8] = []

  /// Starts a launcher and stays until it has ended; its exit code.
  static func run(_ command: [String]) -> Int32 {
    let signals = factory_signal_descriptor()
    guard signals >= 0, let port = FreePort.find() else {
      AgentProgram.say("there is no free port for the nodes to meet", to: STDERR_FILENO)
      return AgentProgram.ExitCode.noFolder
    }
    setenv("MASTER_PORT", String(port), 1)
    guard var lead = NodeLead(launching: command) else { return AgentProgram.ExitCode.noFolder }
    return lead.stay(signals)
  }

  private init?(launching command: [String]) {
    var (input, output): ((reading: Int32, writing: Int32), (reading: Int32, writing: Int32)) =
      ((-1, -1), (-1, -1))
    guard factory_pipe(&input.reading, &input.writing) == 0,
      factory_pipe(&output.reading, &output.writing) == 0
    else { return nil }
    // The launcher waits for its input as programs do.
    _ = fcntl(input.reading, F_SETFL, 0)
    var step: Int32 = 0
    let pid = Self.spawn(command, input.reading, output.writing, &step)
    close(input.reading)
    close(output.writing)
    guard pid > 0 else {
      AgentProgram.say("cannot start \(command[0]): \(errorText(-pid))", to: STDERR_FILENO)
      return nil
    }
    (launcher, commands, answers) = (pid, input.writing, output.reading)
  }

  private static func spawn(
    _ command: [String], _ input: Int32, _ output: Int32, _ step: inout Int32
  ) -> Int32 {
    withCStrings(["/usr/bin/env"] + command) { arguments in
      var task = factory_task(
        path: arguments[0], arguments: arguments, environment: environ, folder: nil,
        standard_input: input, standard_output: output, standard_error: STDERR_FILENO, report: -1,
        report_target: -1, cgroup_procs: -1, cpus: nil, cpu_count: 0)
      return factory_spawn_task(&task, &step)
    }
  }

  /// Hands on what is to be handed on until the launcher has ended.
  private mutating func stay(_ signals: Int32) -> Int32 {
    var isOpen = true
    while true {
      var watched = [
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isOpen ? answers : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&watched, 2, -1) > 0 else { continue }
      if watched[1].revents != 0 { isOpen = readAnswers() }
      while case let signal = factory_next_signal(signals), signal != 0 {
        // A site's engine says that its own limit is near.
        if signal == SIGUSR1 { tell(.timeLimit) }
        if signal == SIGTERM || signal == SIGINT { tell(.canceled) }
      }
      var (code, signal, cpuMs, peak): (Int32, Int32, Int64, Int64) = (0, 0, 0, 0)
      if factory_reap(launcher, &code, &signal, &cpuMs, &peak) == launcher {
        return signal == 0 ? code : 128 + signal
      }
    }
  }

  private func tell(_ cause: AttemptOutcome) { AgentProgram.say(cause.rawValue, to: commands) }

  /// Reads what agents say; false once none is left.
  private mutating func readAnswers() -> Bool {
    let chunk = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
      count = max(0, read(answers, buffer.baseAddress, 4_096))
    }
    unread = (unread + chunk).suffix(4_096)
    if !hasToldFailure, String(decoding: unread, as: UTF8.self).contains(LeadLine.failure) {
      hasToldFailure = true
      tell(.peerEnded)
    }
    return !chunk.isEmpty
  }
}
