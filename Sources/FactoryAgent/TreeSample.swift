import Glibc
import JobProtocol

/// What the living processes below the agent use at one moment.
struct TreeSample {
  var residentBytes: Int64 = 0
  /// Processor time of the living, with the children they waited for.
  var cpuMs: Int64 = 0

  /// Looks at every descendant of this process.
  ///
  /// - Parameter other: one that is no part of the attempt.
  static func take(except other: Int32? = nil) -> TreeSample {
    var sample = TreeSample()
    var ticks: Int64 = 0
    for pid in ProcessTable.descendants(of: getpid()) where pid != other {
      guard let status = ProcessStatus(of: pid) else { continue }
      sample.residentBytes += status.rssBytes
      ticks += status.cpuTicks
    }
    sample.cpuMs = ticks * 1_000 / ProcessStatus.ticksPerSecond
    return sample
  }
}
