import JobProtocol

/// Many attempts that go to Slurm as one job array: each of its tasks starts the agent of one attempt.
///
/// A list beside the script has the attempts' folders in the order of the tasks.
struct SlurmArrayScript: Sendable {
  /// Names the array in Slurm for ever: a submission whose answer was lost is found by it.
  let name: String
  /// Absolute path of the folder with script and list, as the cluster has it.
  let folder: String
  /// The attempts' folders as the nodes see them.
  let folders: [AttemptFolder]
  /// The script of one of the attempts, which are alike.
  let model: SlurmBatchScript
  /// How many of its tasks run at once at most; nil is as many as there is room for.
  var atMost: Int?

  /// Name of the list.
  static let listName = "list"

  var path: String { folder + "/batch.sh" }

  var list: String { folders.map { $0.path + "\n" }.joined() }

  var text: String {
    let lines =
      [
        "job-name=\(name)", "array=0-\(folders.count - 1)\(atMost.map { "%\($0)" } ?? "")",
        "output=/dev/null",
        "chdir=\"\(folder)\"",
      ] + model.needs
    return "#!/bin/sh\n# \(folders.count) jobs of \(name).\n"
      + lines.map { "#SBATCH --\($0)\n" }.joined()
        + """
        folder=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" \(Self.listName))
        exec "\(model.agent)" run "$folder" >>"$folder/agent.log" 2>&1

        """
  }

  /// Slurm's name for one of the tasks.
  static func taskId(_ job: String, _ index: Int) -> String { "\(job)_\(index)" }

  /// What Slurm says of a task that has no record of its own; nil for other jobs.
  ///
  /// Tasks that were canceled before they began have one record together, under the array's number.
  static func rest(of id: String, in jobs: [String: SlurmJob]) -> SlurmJob? {
    guard let cut = id.lastIndex(of: "_"), let job = jobs[String(id[..<cut])],
      case .over = job.state.phase
    else { return nil }
    return job
  }
}

/// Which task of which array in Slurm an attempt was to become; a line beside its instruction.
struct SlurmArrayNote: Equatable, Sendable {
  var name: String
  var index: Int

  init(name: String, index: Int) {
    self.name = name
    self.index = index
  }

  /// Takes the line apart; nil where it is something else.
  init?(_ text: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let index = Int(words[1]) else { return nil }
    self.init(name: String(words[0]), index: index)
  }

  var text: String { "\(name) \(index)\n" }

  /// Whether one of Slurm's jobs is that task.
  func isTold(by job: SlurmJob) -> Bool { job.name == name && job.id.hasSuffix("_\(index)") }
}
