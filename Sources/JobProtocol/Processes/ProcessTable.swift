import Glibc

/// The processes of this machine, as `/proc` lists them.
public enum ProcessTable {
  /// Every process that is there.
  public static func all() -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var pids: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let pid = Int32(name) { pids.append(pid) }
    }
    return pids
  }

  /// Children of a process, their children, and so on.
  public static func descendants(of pid: Int32) -> [Int32] {
    if let found = descendantsByChildrenFile(of: pid) { return found }
    var children: [Int32: [Int32]] = [:]
    for other in all() {
      guard let status = ProcessStatus(of: other) else { continue }
      children[status.parent, default: []].append(other)
    }
    var found: [Int32] = []
    var open = [pid]
    while let next = open.popLast() {
      found += children[next] ?? []
      open += children[next] ?? []
    }
    return found
  }

  /// Through `/proc/pid/task/tid/children`; nil where the kernel has no such file.
  private static func descendantsByChildrenFile(of pid: Int32) -> [Int32]? {
    guard access("/proc/thread-self/children", R_OK) == 0 else { return nil }
    var found: [Int32] = []
    var open = [pid]
    while let next = open.popLast() {
      for thread in threads(of: next) {
        guard let bytes = ProcFile.bytes("/proc/\(next)/task/\(thread)/children") else { continue }
        let children = bytes.split(separator: UInt8(ascii: " "))
          .compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        found += children
        open += children
      }
    }
    return found
  }

  private static func threads(of pid: Int32) -> [String] {
    guard let folder = opendir("/proc/\(pid)/task") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.utf8.first.map({ $0 >= 48 && $0 <= 57 }) == true { names.append(name) }
    }
    return names
  }

  /// Processes that were started with `name=value` in their environment, except this one.
  ///
  /// Costs some ten microseconds for each process of the machine.
  public static func marked(_ name: String, _ value: String) -> [Int32] {
    let wanted = Array("\(name)=\(value)".utf8)
    let own = getpid()
    return all().filter { pid in
      guard pid != own, let environment = ProcFile.bytes("/proc/\(pid)/environ", limit: 4 << 20)
      else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }
  }
}
