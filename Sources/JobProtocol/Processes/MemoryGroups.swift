/// Where control groups for memory may be made.
public enum MemoryGroups {
  /// Folders of this process's own group and of the one above, by the kernel's two ways.
  ///
  /// Whether one may be made there shows when it is tried.
  public static func folders() -> [(folder: String, method: MemoryMethod)] {
    folders(ProcFile.text("/proc/self/cgroup") ?? "")
  }

  /// Those that a process's list of groups (cgroups(7), `/proc/PID/cgroup`) tells.
  static func folders(_ text: String) -> [(folder: String, method: MemoryMethod)] {
    var found: [(folder: String, method: MemoryMethod)] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let own = parts[2] == "/" ? "" : String(parts[2])
      let above = own.split(separator: "/").dropLast().map { "/" + $0 }.joined()
      if parts[1].split(separator: ",").contains("memory") {
        found += [own, above].map { ("/sys/fs/cgroup/memory" + $0, .cgroupV1) }
      } else if parts[0] == "0" {
        found += [own, above].map { ("/sys/fs/cgroup" + $0, .cgroupV2) }
      }
    }
    return found
  }
}
