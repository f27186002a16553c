import CLinux
import Glibc
import JobProtocol

/// What a site has to give to jobs.
public struct SiteCapacity: Sendable, Equatable {
  /// Numbers of the processor cores, as the kernel counts them.
  public var cpus: [Int]
  /// Memory for all jobs together.
  public var memoryBytes: Int64
  /// Numbers of the accelerators.
  public var gpus: [Int]
  /// What is known of them.
  public var accelerators: [Accelerator] = []

  /// Takes every value as it is.
  public init(cpus: [Int], memoryBytes: Int64, gpus: [Int] = []) {
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.gpus = gpus
  }

  /// Gives accelerators, too.
  public init(cpus: [Int], memoryBytes: Int64, accelerators: [Accelerator]) {
    self.init(cpus: cpus, memoryBytes: memoryBytes, gpus: accelerators.map(\.number))
    self.accelerators = accelerators
  }

  /// What this process may use of its machine.
  public static func ofThisMachine() -> SiteCapacity {
    var numbers = [Int32](repeating: 0, count: 1_024)
    let count = min(Int(factory_allowed_cpus(&numbers, 1_024)), numbers.count)
    let cpus = numbers.prefix(max(0, count)).map { Int($0) }
    return SiteCapacity(
      cpus: cpus.isEmpty ? [0] : cpus, memoryBytes: memoryOfThisMachine(),
      accelerators: acceleratorsOfThisMachine())
  }

  /// The accelerators whose drivers tell of them here.
  public static func acceleratorsOfThisMachine() -> [Accelerator] {
    AcceleratorDiscovery().accelerators()
  }

  private static func memoryOfThisMachine() -> Int64 {
    let line = (ProcFile.text("/proc/meminfo") ?? "").split(separator: "\n")
      .first { $0.hasPrefix("MemTotal:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
    return (kilobytes ?? 0) * 1_024
  }
}
