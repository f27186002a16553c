import Glibc
import JobProtocol

/// What is done once before the first task: it fetches, unpacks and loads what tasks find.
///
/// It runs like a task, so that limits, cancellation and capture of its output hold for it, too.
extension Attempt {
  /// How far the preparation is.
  enum Preparation { case runs, done, over }

  /// Stands for the preparation among the numbers of tasks.
  static let preparationNumber = -1
  /// Bytes of an environment, and of a reason, that are read at most.
  private static let environmentBytes = 4 << 20
  private static let reasonBytes = 4 << 10

  /// Starts the preparation; no task starts before it has ended well.
  func prepare(_ script: String, _ attempt: AttemptSpec, _ launcher: TaskLauncher) {
    var instruction = attempt
    instruction.spec.command = ["/bin/sh", "-c", script]
    instruction.spec.workingDirectory = folder.path
    // It lays out what the tasks may see, and runs nothing of theirs.
    instruction.isolation = nil
    do {
      running.append(
        try TaskLauncher(
          attempt: instruction, environment: launcher.environment, place: folder,
          cgroup: launcher.cgroup
        ).launch(task: Self.preparationNumber))
      preparation = .runs
    } catch {
      giveUp(error.message)
    }
  }

  /// Takes the end of the preparation in.
  func hasPrepared(_ exit: TaskExit) {
    guard exit != .exited(code: 0) else {
      preparation = .done
      return
    }
    preparation = .over
    // Somebody stopped it: that is the reason.
    guard stopCause == nil else { return }
    let told = ProcFile.bytes(folder.preparationFailure, limit: Self.reasonBytes) ?? []
    let words = String(decoding: told.prefix { $0 != 0 }, as: UTF8.self)
    let end =
      switch exit {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "was killed by signal \(signal)"
      case .notStarted(let reason): reason
      }
    giveUp(words.isEmpty ? "the preparation of the command \(end)" : words)
  }

  /// The variables of a preparation that has just ended well.
  func takePrepared() -> [UInt8]? {
    guard preparation == .done else { return nil }
    preparation = .over
    // They may hold secrets.
    defer { unlink(folder.preparedEnvironment) }
    guard
      let variables = ProcFile.bytes(folder.preparedEnvironment, limit: Self.environmentBytes)
    else {
      giveUp("the preparation of the command left no environment")
      return nil
    }
    return variables
  }

  private func giveUp(_ words: String) {
    firstFailure = firstFailure ?? .notStarted(words)
    message = message ?? words
    nextTask = taskLimit
  }
}
