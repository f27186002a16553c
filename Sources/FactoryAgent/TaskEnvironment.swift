import Glibc
import JobProtocol

/// The variables that the tasks of an attempt start with.
struct TaskEnvironment {
  /// The descriptor on which a task reports.
  static let reportDescriptor: Int32 = 3

  private var names: [String: Int] = [:]
  private var entries: [String] = []

  /// The agent's own variables, then what the factory says, then what the specification says.
  ///
  /// - Parameter tracking: by which MLflow's clients find the agent.
  init(_ attempt: AttemptSpec, concurrency: Int, tracking: [EnvironmentVariable] = []) {
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")), equals > pair.startIndex {
        set(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
      }
      entry += 1
    }
    let spec = attempt.spec
    set("AIFACTORY_JOB", attempt.job)
    set("AIFACTORY_ATTEMPT", String(attempt.attempt))
    set("AIFACTORY_TASKS", String(spec.taskCount))
    set("AIFACTORY_REPORT_FD", String(Self.reportDescriptor))
    if let folder = attempt.checkpointFolder { set("AIFACTORY_CHECKPOINT_DIR", folder) }
    let cpus = String(max(1, spec.resources.cpus / max(1, concurrency)))
    set("AIFACTORY_CPUS", cpus)
    set("OMP_NUM_THREADS", cpus)
    if let bytes = spec.resources.memoryBytes { set("AIFACTORY_MEMORY_BYTES", String(bytes)) }
    // Where the site's engine chose the accelerators, it has said which.
    if !attempt.gpus.isEmpty || spec.resources.gpus == 0 {
      set("CUDA_VISIBLE_DEVICES", attempt.gpus.map { String($0) }.joined(separator: ","))
    }
    if attempt.isolation != nil { set("TMPDIR", "/tmp") }
    if let node = attempt.node { setMeeting(of: node) }
    for variable in tracking { set(variable.name, variable.value) }
    for variable in spec.environment { set(variable.name, variable.value) }
    set(Survivors.markerVariable, attempt.marker)
  }

  /// Takes the variables that a preparation has left, save those that are of its own shell.
  ///
  /// - Parameter text: `NAME=VALUE`, each ended by a zero byte.
  mutating func replace(by text: [UInt8]) {
    (names, entries) = ([:], [])
    for entry in text.split(separator: 0) {
      let pair = String(decoding: entry, as: UTF8.self)
      guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")), equals > pair.startIndex
      else { continue }
      let name = String(pair[..<equals])
      guard !Self.ownOfShell.contains(name) else { continue }
      set(name, String(pair[pair.index(after: equals)...]))
    }
  }

  private static let ownOfShell: Set = ["AIFACTORY_TASK", "OLDPWD", "PWD", "SHLVL", "_"]

  /// By what the processes of several nodes find each other, each node having one.
  ///
  /// For `torch.distributed` with `env://`, and for `torchrun`, whose options have such variables
  /// (`PET_…`). MPI's programs go by Slurm's own.
  private mutating func setMeeting(of node: AttemptNode) {
    set("AIFACTORY_NODE", String(node.index))
    set("AIFACTORY_NODES", String(node.count))
    // srun(1): where the step was launched from, which is the first node.
    let address = value("SLURM_LAUNCH_NODE_IPADDR") ?? "127.0.0.1"
    set("MASTER_ADDR", address)
    for (name, number) in [
      ("WORLD_SIZE", node.count), ("RANK", node.index), ("NODE_RANK", node.index),
      ("LOCAL_RANK", 0), ("LOCAL_WORLD_SIZE", 1), ("PET_NNODES", node.count),
      ("PET_NODE_RANK", node.index),
    ] { set(name, String(number)) }
    set("PET_MASTER_ADDR", address)
    if let port = value("MASTER_PORT") { set("PET_MASTER_PORT", port) }
    // An `srun` of the command's own shares what the agents' step has.
    set("SLURM_OVERLAP", "1")
  }

  private mutating func set(_ name: String, _ value: String) {
    let pair = name + "=" + value
    if let index = names[name] {
      entries[index] = pair
    } else {
      names[name] = entries.count
      entries.append(pair)
    }
  }

  func value(_ name: String) -> String? {
    names[name].map { String(entries[$0].dropFirst(name.count + 1)) }
  }

  /// All variables of one task.
  func entries(task: Int) -> [String] { entries + ["AIFACTORY_TASK=\(task)"] }

  /// The program that a command's first word names; nil if `PATH` has none.
  func program(_ word: String) -> String? {
    if word.utf8.contains(UInt8(ascii: "/")) { return word }
    let path = value("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let candidate = folder + "/" + word
      var status = stat()
      if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        access(candidate, X_OK) == 0
      {
        return candidate
      }
    }
    return nil
  }
}
