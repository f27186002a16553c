import Basics
import JobProtocol

/// What Slurm measures where agents do not see.
extension SlurmSite {
  /// The steps that commands of jobs which run have started by `srun`: their processes are children of Slurm's, not of
  /// the agents that measure the rest.
  func steps() async throws -> [Identifier<Job>: [JobStep]] {
    var jobs: [String: (id: Identifier<Job>, isOnSeveral: Bool)] = [:]
    for known in followed.values where known.seen?.state.phase == .runs && !known.spec.isPacked {
      guard let id = known.id else { continue }
      jobs[id] = (known.key.job, known.spec.nodeCount > 1)
    }
    guard !jobs.isEmpty else { return [:] }
    var found: [Identifier<Job>: [JobStep]] = [:]
    for step in try await link.doorkeeper.steps(of: jobs.keys.sorted()) {
      // The batch script is the agent, and on several nodes so is the first step.
      guard let job = jobs[step.job], Int(step.step) != nil, !job.isOnSeveral || step.step != "0"
      else { continue }
      found[job.id, default: []].append(
        JobStep(
          step: step.step, taskCount: step.taskCount, cpuMs: step.cpuMs,
          residentBytes: step.residentBytes))
    }
    return found
  }
}
