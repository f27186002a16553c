import Basics

/// Decides which waiting jobs start: oldest first, priorities before age.
///
/// Pure. A job that does not fit lets younger ones pass only until it has waited for the
/// patience; then they get what it does not need, so that a large job cannot starve. Services
/// take memory and accelerators but no cores: they wait for requests most of the time.
struct Packing {
  /// What a waiting job asks for.
  struct Demand: Equatable, Sendable {
    var job: Identifier<Job>
    var cpus: Int
    var memoryBytes: Int64
    var gpus: Int
    var isService: Bool
    var waitingSinceMs: Int64
  }

  /// What a running job has.
  struct Holding: Equatable, Sendable {
    var job: Identifier<Job>
    var cpus: [Int]
    var memoryBytes: Int64
    var gpus: [Int]
  }

  var capacity: SiteCapacity
  var patienceMs: Int64

  /// What starts now; `waiting` is in the order in which jobs should start.
  func plan(waiting: [Demand], holding: [Holding], nowMs: Int64) -> [Holding] {
    var free = free(beside: holding)
    var placed: [Holding] = []
    let all = self.free(beside: [])
    for demand in waiting {
      if let place = free.take(demand) {
        placed.append(place)
      } else if nowMs - demand.waitingSinceMs >= patienceMs, all.missing(for: demand).isEmpty {
        free.reserve(for: demand)
      }
    }
    return placed
  }

  /// What is left beside the running jobs.
  func free(beside holding: [Holding]) -> FreeCapacity {
    let cpus = Set(holding.flatMap(\.cpus))
    let gpus = Set(holding.flatMap(\.gpus))
    return FreeCapacity(
      cpus: capacity.cpus.filter { !cpus.contains($0) },
      memoryBytes: holding.reduce(capacity.memoryBytes) { $0 - $1.memoryBytes },
      gpus: capacity.gpus.filter { !gpus.contains($0) })
  }
}

/// What a site could give now.
struct FreeCapacity: Equatable {
  var cpus: [Int]
  var memoryBytes: Int64
  var gpus: [Int]

  /// The words for what a job asks for and is not free.
  func missing(for demand: Packing.Demand) -> [String] {
    var words: [String] = []
    if !demand.isService, demand.cpus > cpus.count {
      words.append("\(demand.cpus) CPUs, of which \(cpus.count) are free")
    }
    if demand.memoryBytes > memoryBytes, demand.memoryBytes > 0 {
      words.append(
        "\(megabytes(demand.memoryBytes)) MB of memory, of which "
          + "\(megabytes(max(0, memoryBytes))) MB are free")
    }
    if demand.gpus > gpus.count {
      words.append("\(demand.gpus) GPUs, of which \(gpus.count) are free")
    }
    return words
  }

  /// Keeps what is free of a demand from those behind it.
  mutating func reserve(for demand: Packing.Demand) {
    if !demand.isService { cpus.removeFirst(min(demand.cpus, cpus.count)) }
    gpus.removeFirst(min(demand.gpus, gpus.count))
    memoryBytes -= demand.memoryBytes
  }

  mutating func take(_ demand: Packing.Demand) -> Packing.Holding? {
    guard missing(for: demand).isEmpty else { return nil }
    let cpuCount = demand.isService ? 0 : demand.cpus
    defer {
      cpus.removeFirst(cpuCount)
      gpus.removeFirst(demand.gpus)
      memoryBytes -= demand.memoryBytes
    }
    return Packing.Holding(
      job: demand.job, cpus: Array(cpus.prefix(cpuCount)), memoryBytes: demand.memoryBytes,
      gpus: Array(gpus.prefix(demand.gpus)))
  }
}
