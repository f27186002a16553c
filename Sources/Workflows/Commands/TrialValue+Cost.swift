internal import Basics
internal import Compute
internal import Experimentation
internal import JobProtocol

extension TrialValue {
  /// What a job took, in the unit of the cost.
  ///
  /// - Parameters:
  ///   - metrics: the last points of its run's.
  ///   - tags: of its run.
  static func cost(
    _ cost: CommandSearch.Cost, of job: Job, metrics: [MetricPoint], tags: [String: String]
  ) -> Double {
    let begunAtMs = job.startedAtMs ?? job.createdAtMs
    let ms = Double(max((job.endedAtMs ?? begunAtMs) - begunAtMs, 0))
    switch cost {
    case .seconds: return ms / 1_000
    case .gpuHours:
      return ms / 3_600_000 * Double(job.spec.resources.gpus * job.spec.nodeCount)
    case .joules:
      guard tags[RunTagKey.energyMethod]?.hasPrefix("counter") == true,
        let last = metrics.first(where: { $0.key == SystemMetrics.energyKey }),
        last.timestampMs > begunAtMs
      else {
        let accelerators = job.usage.accelerators?.joules ?? 0
        return ResourceSample.estimatedJoules(cpuMs: job.usage.cpuMs) + accelerators
      }
      // The counter was read some seconds before the end; the rest is taken to be as what was before.
      return last.value * max(ms / Double(last.timestampMs - begunAtMs), 1)
    }
  }
}
