import API
import Basics
import Compute
import DataPipelines
import Experimentation
import HTTPTypes
import JobProtocol
import Workflows

/// The routes of arrays of jobs.
extension FactoryRoutes {
  /// Adds `/api/v1/job-arrays` and what is below it.
  func addJobArrayRoutes(_ jobs: Jobs, runs: JobRuns?, datasets: DatasetStore?) {
    let path = "/api/v1/job-arrays"
    route(
      .post, path, permission: .write,
      .api(
        "Submits an array of jobs: one command, each with its index.",
        body: JobArraySubmissionWire.self, answer: .json(JobArrayWire.self, .created),
        refusals: [.notFound])
    ) { request, context in
      let submission = try await request.wire(JobArraySubmissionWire.self)
      let lease = ObjectLeases.ofThisProcess.begin(nowMs: systemTimeMs())
      defer { withExtendedLifetime(lease) {} }
      let spec = try await jobs.spec(
        of: submission.job, datasets: datasets, in: context.project)
      let id = try submission.identifier ?? .random()
      guard let experiment = submission.job.experiment else {
        let array = try await jobs.submitArray(
          spec, count: submission.count, atMost: submission.atMost, id: id,
          in: context.project)
        return try WireResponse(JobArrayWire(array), status: .created)
      }
      guard let runs else { throw ServerError(.badRequest, "Jobs have no runs here.") }
      let source = RunSource(
        submission.job.source ?? SourceWire(), name: ShellWords.joined(spec.command), kind: "JOB")
      let places = try Jobs.places(of: id, count: submission.count, atMost: submission.atMost)
      for (job, place) in places {
        _ = try await runs.submit(
          Jobs.placed(spec, at: place), id: job, in: context.project, experiment: experiment,
          source: source, to: jobs)
      }
      return try WireResponse(JobArrayWire(try await jobs.array(id)), status: .created)
    }
    route(
      .get, path + "/{id}", permission: .read,
      .api("Tells how the jobs of an array stand.", answer: .json(JobArrayWire.self))
    ) { _, context in
      try WireResponse(JobArrayWire(try await jobs.array(try context.identifier("id"))))
    }
    route(
      .get, path + "/{id}/jobs", permission: .read,
      .api(
        "Lists the jobs of an array in their order.", query: [.limit(10_000)],
        answer: .json(JobListWire.self))
    ) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...10_000)
      let list = try await jobs.list(array: try context.identifier("id"), limit: limit)
      return try WireResponse(JobListWire(jobs: list.map { JobWire($0) }))
    }
    route(
      .post, path + "/{id}/cancel", permission: .write,
      .api("Cancels all jobs of an array.", answer: .json(JobArrayWire.self))
    ) { _, context in
      try WireResponse(JobArrayWire(try await jobs.cancelArray(try context.identifier("id"))))
    }
  }
}

extension JobArraySubmissionWire {
  /// The identifier that the caller drew.
  fileprivate var identifier: Identifier<JobArray>? {
    get throws {
      guard let id else { return nil }
      guard let identifier = Identifier<JobArray>(id) else {
        throw ServerError(
          .badRequest,
          "'id' is '\(id)'; expected '\(JobArray.identifierPrefix)' and 26 base-32 characters.")
      }
      return identifier
    }
  }
}

extension JobArrayWire {
  /// The wire form of an array.
  fileprivate init(_ array: JobArray) {
    self.init(
      id: array.id.rawValue, name: array.name, site: array.site, count: array.count,
      states: Dictionary(
        uniqueKeysWithValues: array.states.map { ($0.key.rawValue, $0.value) }),
      reasons: Dictionary(
        uniqueKeysWithValues: array.reasons.map { ($0.key.rawValue, $0.value) }))
    atMost = array.atMost
  }
}
