import Glibc
import JobProtocol

/// A memory control group of one attempt, where the kernel and the site allow one.
struct ControlGroup {
  let path: String
  let method: MemoryMethod

  /// Makes a group with a limit; nil where that is not possible.
  static func make(marker: String, limitBytes: Int64) -> ControlGroup? {
    for candidate in MemoryGroups.folders() {
      let path = candidate.folder + "/" + name(marker)
      guard mkdir(path, 0o700) == 0 else { continue }
      let group = ControlGroup(path: path, method: candidate.method)
      if group.limit(to: limitBytes) { return group }
      rmdir(path)
    }
    return nil
  }

  private static func name(_ marker: String) -> String { "aifactory-" + marker }

  /// Moves this process into the group of an attempt, as one of its processes is, where there is one.
  static func join(marker: String, of process: Int32) {
    for line in (ProcFile.text("/proc/\(process)/cgroup") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasSuffix("/" + name(marker)) else { continue }
      let root = parts[0] == "0" ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(parts[1])"
      // Where that is refused, the visitor's memory is not counted: no reason to keep it out.
      _ = ProcFile.write("\(getpid())", to: "\(root)\(parts[2])/cgroup.procs")
    }
  }

  private func limit(to bytes: Int64) -> Bool {
    switch method {
    case .cgroupV1:
      guard access(path + "/cgroup.procs", W_OK) == 0,
        ProcFile.write("\(bytes)", to: path + "/memory.limit_in_bytes")
      else { return false }
      _ = ProcFile.write("\(bytes)", to: path + "/memory.memsw.limit_in_bytes")
      return true
    case .cgroupV2:
      guard access(path + "/cgroup.procs", W_OK) == 0,
        ProcFile.write("\(bytes)", to: path + "/memory.max")
      else { return false }
      _ = ProcFile.write("0", to: path + "/memory.swap.max")
      _ = ProcFile.write("1", to: path + "/memory.oom.group")
      return true
    case .none, .sampled:
      return false
    }
  }

  /// True once the kernel has killed a process for the group's limit.
  var hasExceeded: Bool {
    let file = method == .cgroupV1 ? "/memory.oom_control" : "/memory.events"
    for line in (ProcFile.text(path + file) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "oom_kill" { return words[1] != "0" }
    }
    return false
  }

  /// The processes in the group.
  var processes: [Int32] {
    (ProcFile.text(path + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }
  }

  /// Removes the group, for which its last processes may need a moment.
  func remove() {
    for _ in 0..<50 {
      if rmdir(path) == 0 || errno == ENOENT { return }
      usleep(1_000)
    }
  }
}
