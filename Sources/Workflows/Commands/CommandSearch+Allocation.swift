import JobProtocol

extension CommandSearch {
  /// Seconds beside a trial's grace period in which everything inside of an allocation ends.
  private static let closingMs: Int64 = 10_000

  /// Trials that run side by side in each allocation.
  ///
  /// - Parameter slots: trials at a time in all; nil where nobody knows yet.
  func places(slots: Int?) -> Int {
    let slots = slots ?? min(parallel ?? CommandSearchDrive.slotsElsewhere, trials ?? .max)
    let count = max(1, allocations ?? 1)
    return max(1, (slots + count - 1) / count)
  }

  /// The job of an allocation in which trials of a specification run; nil where trials have jobs of the site's own.
  func allocation(of trial: JobSpec, pack: String, slots: Int?) -> JobSpec? {
    guard allocations != nil else { return nil }
    let places = places(slots: slots)
    let one = trial.resources
    var resources = JobResources(
      cpus: one.cpus * places, memoryBytes: one.memoryBytes.map { $0 * Int64(places) },
      gpus: one.gpus * places, timeLimitMs: allocationTimeMs,
      gracePeriodMs: one.gracePeriodMs + Self.closingMs)
    (resources.gpuType, resources.features) = (one.gpuType, one.features)
    var spec = JobSpec(
      name: trial.name, command: JobPacking.command(places: places), resources: resources,
      site: trial.site, purpose: "allocation")
    spec.packing = JobPacking(pack: pack, places: places)
    return spec
  }
}
