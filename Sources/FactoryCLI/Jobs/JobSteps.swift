internal import API
internal import Basics

extension FactoryClient {
  /// Jobs with the steps that their commands have started on clusters, as those measure them.
  func withSteps(_ jobs: [JobWire]) async -> [JobWire] {
    let sites = Set(jobs.filter { $0.state == "running" && $0.engineId != nil }.map(\.site))
    var steps: [String: [JobStepWire]] = [:]
    for site in sites.sorted() {
      // A cluster that is away is no reason to show nothing.
      let list = try? await get(
        "/api/v1/sites/\(Self.escaped(site))/steps", as: JobStepListWire.self)
      for step in list?.steps ?? [] { steps[step.job, default: []].append(step) }
    }
    return jobs.map { job in
      var job = job
      job.steps = steps[job.id]
      return job
    }
  }
}

extension JobStepWire {
  /// What it is, for a line of its own.
  var title: String { "step \(step), \(taskCount) task\(taskCount == 1 ? "" : "s")" }

  /// What it used so far, and holds, in a line.
  var words: String {
    "\(title): \(TimeSpan(milliseconds: cpuMs)) of CPU time, \(ByteCount(bytes: memoryBytes)) of "
      + "memory, as Slurm measures"
  }
}
