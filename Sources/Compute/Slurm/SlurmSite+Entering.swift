import JobProtocol

/// The way into a job: one more step of its allocation, beside what runs there.
extension SlurmSite {
  func entrance(to attempt: OpenAttempt, _ visit: JobVisit) async -> [String]? {
    guard let known = followed[attempt.key], !known.isOver, let id = await number(of: known) else {
      return nil
    }
    let folder = files.place(of: attempt.folder.ofNode(visit.node))
    // srun(1): it shares all that the job has, cores and memory among it.
    var words = [
      "--jobid=\(id)", "--overlap", "--nodes=1", "--ntasks=1",
      "--cpus-per-task=\(attempt.spec.resources.cpus)",
    ]
    if attempt.spec.nodeCount > 1 { words.append("--relative=\(visit.node)") }
    if visit.hasTerminal { words.append("--pty") }
    words += [agent, "enter", folder.path, "--"] + visit.command
    return link.commands.typed("srun", words, hasTerminal: visit.hasTerminal)
  }

  /// Slurm's id of an attempt as `srun` takes it: a task of an array has one of its own once it runs.
  private func number(of known: SlurmAttempt) async -> String? {
    guard let id = known.id, id.contains("_") else { return known.id }
    do {
      let answer = try await commands("squeue", ["--noheader", "--jobs=\(id)", "--format=%A"])
      return answer.isSuccess
        ? answer.output.split(whereSeparator: \.isWhitespace).first.map(String.init) : nil
    } catch {
      return nil
    }
  }
}

extension SlurmCommands {
  /// A command as a person types it on this machine.
  func typed(_ program: String, _ arguments: [String], hasTerminal: Bool) -> [String] {
    if let connection {
      return connection.typed(line(program, arguments), hasTerminal: hasTerminal)
    }
    let own = options.commands.map { $0 + "/" + program } ?? program
    let settings = options.configuration.map { ["env", "SLURM_CONF=\($0)"] } ?? []
    return settings + [own] + arguments
  }
}
