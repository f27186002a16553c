import API
import Basics
public import Compute
public import DataPipelines
import Experimentation
import HTTPTypes
import Hummingbird
import JobProtocol
import NIOCore
public import Workflows

/// The routes of jobs.
extension FactoryRoutes {
  /// Bytes of output that one answer holds at most.
  private static let outputBytes = 4 << 20
  /// No job has more nodes.
  private static let mostNodes = 10_000
  /// Milliseconds that a request may wait for the end of a job.
  private static let longestWaitMs = 60_000

  /// Adds `/api/v1/jobs` and what is below it.
  ///
  /// - Parameters:
  ///   - runs: makes the runs of jobs that ask for one.
  ///   - datasets: knows the datasets that jobs name.
  ///   - services: ends services with one of their jobs.
  public func addJobRoutes(
    _ jobs: Jobs, runs: JobRuns? = nil, datasets: DatasetStore? = nil, services: Services? = nil
  ) {
    route(
      .post, "/api/v1/jobs", permission: .write,
      .api(
        "Submits a job.", body: JobSubmissionWire.self, answer: .json(JobWire.self, .created),
        refusals: [.notFound])
    ) { request, context in
      let submission = try await request.wire(JobSubmissionWire.self)
      let lease = ObjectLeases.ofThisProcess.begin(nowMs: systemTimeMs())
      defer { withExtendedLifetime(lease) {} }
      let spec = try await jobs.spec(of: submission, datasets: datasets, in: context.project)
      let id = try submission.identifier
      guard let experiment = submission.experiment else {
        let job = try await jobs.submit(spec, id: id, in: context.project)
        return try WireResponse(JobWire(job), status: .created)
      }
      guard let runs else {
        throw ServerError(.badRequest, "Jobs have no runs here.")
      }
      let source = RunSource(
        submission.source ?? SourceWire(), name: ShellWords.joined(spec.command), kind: "JOB")
      let job = try await runs.submit(
        spec, id: id, in: context.project, experiment: experiment, source: source, to: jobs)
      return try WireResponse(JobWire(job), status: .created)
    }
    route(
      .get, "/api/v1/jobs", permission: .read,
      .api(
        "Lists jobs, newest first.",
        query: [.limit(10_000), .word("state", JobWire.states, "Those in that state alone.")],
        answer: .json(JobListWire.self))
    ) { request, _ in
      let limit = try request.query("limit", default: 100, in: 1...10_000)
      let state = try request.query("state").map { try JobStateMachine.State(wire: $0) }
      let list = try await jobs.list(limit: limit, state: state)
      return try WireResponse(JobListWire(jobs: list.map { JobWire($0) }))
    }
    route(
      .get, "/api/v1/jobs/{id}", permission: .read,
      .api(
        "Tells of a job.",
        query: [
          .integer("wait_ms", 0...Self.longestWaitMs, "Wait for its end, at most so long.")
        ], answer: .json(JobWire.self))
    ) { request, context in
      let id = try context.identifier("id", of: Job.self)
      let waitMs = try request.query("wait_ms", default: 0, in: 0...Self.longestWaitMs)
      let job = try await jobs.waitForEnd(id, atMostMs: Int64(waitMs))
      return try WireResponse(JobWire(job))
    }
    addAnswerRoutes(jobs)
    addJobArrayRoutes(jobs, runs: runs, datasets: datasets)
    route(
      .post, "/api/v1/jobs/{id}/cancel", permission: .write,
      .api("Cancels a job.", answer: .json(JobWire.self))
    ) { _, context in
      let id = try context.identifier("id", of: Job.self)
      // Another job would follow it at once.
      if let services, let service = try await jobs.job(id).spec.service {
        _ = try await services.end(service.id, in: context.project)
      }
      return try WireResponse(JobWire(try await jobs.cancel(id)))
    }
    route(
      .post, "/api/v1/jobs/{id}/retry", permission: .write,
      .api("Lets a job that ended run again.", answer: .json(JobWire.self))
    ) { _, context in
      try WireResponse(JobWire(try await jobs.retry(try context.identifier("id"))))
    }
  }

  private func addAnswerRoutes(_ jobs: Jobs) {
    route(
      .post, "/api/v1/jobs/{id}/attach", permission: .write,
      .api(
        "Says how a job that runs is entered, on the server's machine.", body: JobVisitWire.self,
        answer: .json(JobEntranceWire.self))
    ) { request, context in
      let wire = try await request.wire(JobVisitWire.self)
      let visit = JobVisit(
        node: wire.node ?? 0, command: wire.command ?? [], hasTerminal: wire.terminal ?? false)
      let words = try await jobs.entrance(to: try context.identifier("id", of: Job.self), visit)
      return try WireResponse(
        JobEntranceWire(
          command: words, host: ProcFile.text("/proc/sys/kernel/hostname") ?? "",
          boot: ProcFile.bootId()))
    }
    route(
      .get, "/api/v1/jobs/{id}/explain", permission: .read,
      .api(
        "Says why a job waits, runs or ended.", answer: .json(JobExplanationWire.self))
    ) { _, context in
      try WireResponse(JobExplanationWire(try await jobs.explain(try context.identifier("id"))))
    }
    route(
      .get, "/api/v1/jobs/{id}/account", permission: .read,
      .api(
        "Tells what the accounts of a job's cluster have of it.",
        answer: .json(JobAccountWire.self))
    ) { _, context in
      let id = try context.identifier("id", of: Job.self)
      let account = try await jobs.account(of: id)
      let carbon = try await jobs.job(id).siteDeclaration?.carbon
      return try WireResponse(JobAccountWire(account, by: carbon))
    }
    route(
      .get, "/api/v1/jobs/{id}/output", permission: .read,
      .api(
        "Reads what a job has written.",
        query: [
          .word("stream", ["stdout", "stderr"], "Which of the two."),
          .integer("from", 0...Int.max, "Bytes to pass over."),
          .integer("limit", 1...Self.outputBytes, "How many bytes at most."),
          .integer("node", 0...Self.mostNodes, "Of which node of a job on several."),
          .integer("attempt", 1...Int.max, "Of which attempt; else of the last one."),
        ], answer: .bytes(["application/octet-stream"]))
    ) { request, context in
      let id = try context.identifier("id", of: Job.self)
      let name = request.query("stream") ?? "stdout"
      guard let stream = Jobs.OutputStream(rawValue: name) else {
        throw ServerError(.badRequest, "'stream' is '\(name)'; expected stdout or stderr.")
      }
      let offset = try request.query("from", default: 0, in: 0...Int.max)
      let limit = try request.query("limit", default: Self.outputBytes, in: 1...Self.outputBytes)
      let node = try request.query("node", default: 0, in: 0...Self.mostNodes)
      let attempt = try request.query("attempt").map { _ in
        try request.query("attempt", default: 1, in: 1...Int.max)
      }
      let output = try await jobs.output(
        id, stream: stream, from: Int64(offset), limit: limit, attempt: attempt, node: node)
      return Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: .init(byteBuffer: ByteBuffer(bytes: output.bytes)))
    }
  }
}
