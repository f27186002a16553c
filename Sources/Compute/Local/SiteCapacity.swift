import Glibc

/// What a site has to give to jobs.
public struct SiteCapacity: Sendable, Equatable {
  /// Numbers of the processor cores, as the kernel counts them.
  public var cpus: [Int]
  public var memoryBytes: Int64
  /// Numbers of the accelerators.
  public var gpus: [Int]

  public init(cpus: [Int], memoryBytes: Int64, gpus: [Int] = []) {
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.gpus = gpus
  }
}

/// The time in milliseconds since 1970, UTC.
public func systemTimeMs() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
