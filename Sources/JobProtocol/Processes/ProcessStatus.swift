import Glibc

/// What `/proc/<pid>/stat` says of a process.
public struct ProcessStatus: Equatable, Sendable {
  /// Its parent.
  public var parent: Int32
  /// Its process group.
  public var group: Int32
  /// `R`, `S`, `Z` and so on.
  public var state: UInt8
  /// Processor time in ticks, waited-for children not included.
  public var cpuTicks: Int64
  /// Start in ticks since boot.
  public var startTicks: UInt64
  /// Resident memory in bytes.
  public var rssBytes: Int64

  /// Ticks per second of the kernel's clocks.
  public static let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
  static let pageBytes = Int64(sysconf(Int32(_SC_PAGESIZE)))

  /// Reads the status of a process; nil when there is none.
  public init?(of pid: Int32) {
    guard let bytes = ProcFile.bytes("/proc/\(pid)/stat", limit: 4096) else { return nil }
    self.init(parsing: bytes)
  }

  /// Parses proc(5), `/proc/pid/stat`; the name may hold blanks and parentheses.
  init?(parsing bytes: [UInt8]) {
    guard let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")), nameEnd + 2 < bytes.count
    else { return nil }
    // Fields from the third (state) on.
    let fields = bytes[(nameEnd + 2)...].split(separator: UInt8(ascii: " "))
    func number(_ field: Int) -> Int64? {
      guard field - 3 < fields.count else { return nil }
      return Int64(String(decoding: fields[field - 3], as: UTF8.self))
    }
    guard fields.count >= 22, let state = fields[0].first, let parent = number(4),
      let group = number(5), let user = number(14), let system = number(15),
      let start = number(22), let pages = number(24)
    else { return nil }
    self.parent = Int32(truncatingIfNeeded: parent)
    self.group = Int32(truncatingIfNeeded: group)
    self.state = state
    cpuTicks = user + system
    startTicks = UInt64(bitPattern: start)
    rssBytes = pages * Self.pageBytes
  }

  /// True when the process has ended and only waits for its parent.
  public var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
}
