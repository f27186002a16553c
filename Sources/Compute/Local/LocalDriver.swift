import Basics
import Glibc
import JobProtocol

/// Runs attempts on this machine: an agent each, watched by the kernel's own signs.
struct LocalDriver: SiteDriver {
  let agents: LocalAgents
  let watcher: JournalWatcher
  let signal: ReconcilerSignal
  let inputs: JobInputs

  func start(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws {
    let folders = SiteFolders(scratch: inputs.home.path)
    try await inputs.make(for: instruction.spec, in: folders)
    try await inputs.makeData(for: instruction.spec, in: folders)
    var instruction = instruction
    JobInputs.complete(&instruction, in: attempt.folder, of: folders, isShared: false)
    watcher.watch(agent: try await launch(attempt, instruction), of: attempt.key)
  }

  @concurrent
  private func launch(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws -> Int32 {
    try AttemptFiles.prepare(attempt.folder, instruction)
    guard watcher.watch(journal: attempt.folder.journal, of: attempt.key) else {
      throw JobError(
        .systemFailure, "cannot watch \(attempt.folder.journal)",
        hint: "Raise fs.inotify.max_user_watches.")
    }
    return try agents.launch(attempt.folder)
  }

  func takeUp(_ attempt: OpenAttempt) async -> Bool {
    guard AttemptFiles.isClaimed(attempt.folder) else {
      // Nobody runs it: launched twice, it still runs once.
      guard attempt.wantsStop else { return false }
      signal.add { $0.exited.insert(attempt.key) }
      return true
    }
    _ = watcher.watch(journal: attempt.folder.journal, of: attempt.key)
    signal.add { $0.changed.insert(attempt.key) }
    guard let agent = agents.agent(of: attempt.folder) else {
      signal.add { $0.exited.insert(attempt.key) }
      return true
    }
    watcher.watch(agent: agent, of: attempt.key)
    // The number may have passed to another process before it was watched.
    if agents.agent(of: attempt.folder) != agent {
      signal.add { $0.exited.insert(attempt.key) }
    } else if attempt.wantsStop {
      _ = watcher.send(SIGTERM, to: attempt.key)
    }
    return true
  }

  func stop(_ key: AttemptKey) async { _ = watcher.send(SIGTERM, to: key) }

  func forget(_ key: AttemptKey) async { watcher.unwatch(key) }

  func finding(on attempt: OpenAttempt) async -> SiteFinding {
    if let agent = agents.agent(of: attempt.folder) {
      // Ours was launched in vain: another, of an earlier server, has the attempt.
      watcher.watch(agent: agent, of: attempt.key)
      return .goesOn
    }
    if AttemptFiles.isClaimed(attempt.folder) {
      let count = await agents.killSurvivors(marker: attempt.marker, cgroup: attempt.cgroup)
      return .ended(
        JobStore.Ending(
          reason: .lostAgent,
          message: "the agent died without a word; \(count) processes that it left were killed"))
    }
    guard AttemptFiles.withdraw(attempt.folder) else { return .askAgain(afterMs: 20) }
    if attempt.wantsStop { return .ended(JobStore.Ending(reason: .canceledByUser)) }
    return .ended(
      JobStore.Ending(
        reason: .lostAgent,
        message: "the agent ended before it began; see \(attempt.folder.agentLog)"))
  }

  func withdraw(_ attempt: OpenAttempt) async -> Bool { AttemptFiles.withdraw(attempt.folder) }

  func explain(_ attempt: OpenAttempt) async -> [String] { [] }

  func entrance(to attempt: OpenAttempt, _ visit: JobVisit) async -> [String]? {
    guard agents.agent(of: attempt.folder) != nil else { return nil }
    return [agents.agentPath, "enter", attempt.folder.path, "--"] + visit.command
  }
}
