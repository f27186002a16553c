import Glibc
import JobProtocol

/// What the processors of this machine take, by their own counters (RAPL, Linux's powercap).
///
/// Most systems let the superuser alone read them.
struct EnergyCounter {
  private struct Zone {
    var path: String
    var range: Int64
    var last: Int64
  }

  private var zones: [Zone] = []
  private var total: Int64 = 0

  /// Looks for the packages' counters, from which what comes later is counted.
  init(folder: String = "/sys/class/powercap") {
    for package in 0..<16 {
      let path = "\(folder)/intel-rapl:\(package)"
      guard let last = Self.number(path + "/energy_uj") else { break }
      zones.append(
        Zone(path: path, range: Self.number(path + "/max_energy_range_uj") ?? 0, last: last))
    }
  }

  /// Microjoules since the start; nil where nothing can be read.
  mutating func read() -> Int64? {
    guard !zones.isEmpty else { return nil }
    for place in zones.indices {
      guard let now = Self.number(zones[place].path + "/energy_uj") else { continue }
      let passed = now - zones[place].last
      // The counter starts at zero again when it is full.
      total += passed >= 0 ? passed : passed + zones[place].range
      zones[place].last = now
    }
    return total
  }

  private static func number(_ path: String) -> Int64? { ProcFile.text(path).flatMap { Int64($0) } }
}
