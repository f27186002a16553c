import CLinux
import Glibc
import JobProtocol

/// The command line of `aifactory-agent`.
enum AgentProgram {
  static let version = "0.1.0"

  /// Exit codes, after sysexits(3).
  enum ExitCode {
    static let done: Int32 = 0
    static let wrongUse: Int32 = 64
    static let noFolder: Int32 = 66
    /// Another agent has the attempt: a normal end, it was launched twice.
    static let taken: Int32 = 75
    /// Nothing of the attempt is seen here.
    static let nobodyThere: Int32 = 69
  }

  static func run(_ arguments: [String]) -> Int32 {
    if arguments.count == 2, arguments[1] == "--version" {
      say("aifactory-agent \(version)", to: STDOUT_FILENO)
      return ExitCode.done
    }
    if arguments.count == 2, arguments[1] == "collect" {
      return Collector.run(from: STDIN_FILENO, to: STDOUT_FILENO)
        ? ExitCode.done : ExitCode.wrongUse
    }
    if arguments.count > 2, arguments[1] == "enter" {
      let words = arguments[3...]
      return Entrance.run(
        AttemptFolder(path: arguments[2]), Array(words.first == "--" ? words.dropFirst() : words))
    }
    if arguments.count > 2, arguments[1] == "lead" {
      return NodeLead.run(Array(arguments[2...]))
    }
    if arguments.count == 3, arguments[1] == "host" {
      return AllocationHost.run(places: Int(arguments[2]) ?? 0)
    }
    if arguments.count == 3, arguments[1] == "member" {
      // srun(1), OUTPUT ENVIRONMENT VARIABLES.
      guard let rank = getenv("SLURM_PROCID").flatMap({ Int(String(cString: $0)) }) else {
        say("`member` is for a task of Slurm's", to: STDERR_FILENO)
        return ExitCode.wrongUse
      }
      let folder = AttemptFolder(path: arguments[2] + "/" + AttemptFolder.nodeName(rank))
      return run(in: folder, lead: LeadLine())
    }
    guard arguments.count == 3, arguments[1] == "run" else {
      say(
        "usage: aifactory-agent run FOLDER, aifactory-agent enter FOLDER [-- COMMAND…], or "
          + "aifactory-agent collect <REQUEST", to: STDERR_FILENO)
      return ExitCode.wrongUse
    }
    return run(in: AttemptFolder(path: arguments[2]), lead: nil)
  }

  /// Claims the attempt of a folder and runs it.
  ///
  /// - Parameter lead: who speaks for all nodes of the attempt, where it has several.
  private static func run(in folder: AttemptFolder, lead: LeadLine?) -> Int32 {
    // A TERM before this ends an agent that has claimed nothing: the server sees that.
    let signals = factory_signal_descriptor()
    _ = factory_become_subreaper()
    _ = setsid()
    let journal = waitingForRoom { open(folder.journal, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    guard journal >= 0, signals >= 0 else {
      say("cannot open \(folder.journal): \(errorText(errno))", to: STDERR_FILENO)
      return ExitCode.noFolder
    }
    guard factory_lock_file(journal) == 0,
      waitingForRoom({ rename(folder.spec, folder.claimedSpec) }) == 0
    else {
      say(AgentWords.taken, to: STDERR_FILENO)
      return ExitCode.taken
    }
    let attempt = Attempt(
      folder: folder, journal: SharedJournal(JournalWriter(file: journal)), signals: signals,
      lead: lead)
    do {
      let bytes = ProcFile.bytes(folder.claimedSpec, limit: 64 << 20) ?? []
      attempt.run(try AttemptSpec(decoding: bytes))
    } catch {
      attempt.refuse("the agent does not understand its instruction: \(error)")
    }
    return ExitCode.done
  }

  /// Repeats a call for which the disk has no room, or the user no quota, for an hour: an attempt waits for it.
  private static func waitingForRoom(_ call: () -> Int32) -> Int32 {
    let patience = monotonicMs() + 3_600_000
    while true {
      let result = call()
      guard result < 0, errno == ENOSPC || errno == EDQUOT, monotonicMs() < patience else {
        return result
      }
      usleep(200_000)
    }
  }

  static func say(_ text: String, to file: Int32) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }
}

/// The system's words for an error number.
func errorText(_ number: Int32) -> String {
  guard let text = strerror(number) else { return "error \(number)" }
  return String(cString: text)
}
