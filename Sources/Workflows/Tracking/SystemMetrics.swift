internal import Compute
internal import Experimentation
internal import JobProtocol

/// What a job uses over time, as metrics with the names that MLflow's own monitor gives them.
struct SystemMetrics {
  var spec: JobSpec
  /// Start of the run, from which steps count in seconds.
  var startedAtMs: Int64

  /// The metric of joules since the attempt began.
  static let energyKey = "system/energy_joules"

  /// The points of one sample; the step is the second of the run.
  func points(_ timed: TimedSample) -> [MetricPoint] {
    let sample = timed.sample
    let cores = Double(max(1, spec.resources.cpus))
    var values = [
      // Of the cores that the job asked for; more than it asked for is more than 100.
      "system/cpu_utilization_percentage": Double(sample.busyPermille) / 10 / cores,
      "system/system_memory_usage_megabytes": Double(sample.residentBytes) / 1e6,
      Self.energyKey: sample.joules,
    ]
    if let limit = spec.resources.memoryBytes, limit > 0 {
      values["system/system_memory_usage_percentage"] =
        100 * Double(sample.residentBytes) / Double(limit)
    }
    // By MLflow's names, which count a run's accelerators from 0.
    for (number, accelerator) in sample.accelerators.enumerated() {
      let name = "system/gpu_\(number)_"
      values[name + "utilization_percentage"] = accelerator.busyPermille.map { Double($0) / 10 }
      values[name + "memory_usage_megabytes"] = accelerator.memoryBytes.map { Double($0) / 1e6 }
      if let used = accelerator.memoryBytes, let all = accelerator.memoryTotalBytes, all > 0 {
        values[name + "memory_usage_percentage"] = 100 * Double(used) / Double(all)
      }
      values[name + "power_usage_watts"] = accelerator.milliwatts.map { Double($0) / 1_000 }
    }
    let step = max(0, timed.timeMs - startedAtMs) / 1_000
    return values.map {
      MetricPoint(key: $0.key, value: $0.value, step: step, timestampMs: timed.timeMs)
    }
  }
}
