import API
import Basics
import Compute

extension JobStepListWire {
  /// The wire form of the steps of a site's jobs.
  init(_ steps: [Identifier<Job>: [JobStep]]) {
    let sorted = steps.sorted { $0.key.rawValue < $1.key.rawValue }
    self.init(
      steps: sorted.flatMap { job, steps in
        steps.sorted { (Int($0.step) ?? 0) < (Int($1.step) ?? 0) }.map {
          JobStepWire(
            job: job.rawValue, step: $0.step, taskCount: $0.taskCount, cpuMs: $0.cpuMs,
            memoryBytes: $0.residentBytes)
        }
      })
  }
}
