import JobProtocol

/// The way into a job: one more step of its allocation, beside what runs there.
extension SlurmSite {
  func entrance(to attempt: OpenAttempt, _ visit: JobVisit) async throws -> [String]? {
    guard let known = followed[attempt.key], !known.isOver, let id = known.id else { return nil }
    let folder = files.place(of: attempt.folder.ofNode(visit.node))
    // srun(1): it shares all that the job has, cores and memory among it.
    var words = [
      "--overlap", "--nodes=1", "--ntasks=1", "--cpus-per-task=\(attempt.spec.resources.cpus)",
    ]
    if attempt.spec.nodeCount > 1 { words.append("--relative=\(visit.node)") }
    if visit.hasTerminal { words.append("--pty") }
    words += [agent, "enter", folder.path, "--"] + visit.command
    return try await link.doorkeeper.entrance(to: id, words, hasTerminal: visit.hasTerminal)
  }
}
