import API
import Basics
public import Compute
import HTTPTypes
import Hummingbird
import JobProtocol
import NIOCore

/// The routes of jobs.
extension FactoryRoutes {
  /// Bytes of output that one answer holds at most.
  private static let outputBytes = 4 << 20
  /// Milliseconds that a request may wait for the end of a job.
  private static let longestWaitMs = 60_000

  /// Adds `/api/v1/jobs` and what is below it.
  public func addJobRoutes(_ jobs: Jobs) {
    route(.post, "/api/v1/jobs", permission: .write) { request, context in
      let submission = try await request.wire(JobSubmissionWire.self)
      let job = try await jobs.submit(
        try JobSpec(submission), id: try submission.identifier, in: context.project)
      return try WireResponse(JobWire(job), status: .created)
    }
    route(.get, "/api/v1/jobs", permission: .read) { request, _ in
      let limit = try request.query("limit", default: 100, in: 1...10_000)
      let state = try request.query("state").map { try JobStateMachine.State(wire: $0) }
      let list = try await jobs.list(limit: limit, state: state)
      return try WireResponse(JobListWire(jobs: list.map { JobWire($0) }))
    }
    route(.get, "/api/v1/jobs/{id}", permission: .read) { request, context in
      let id = try context.identifier("id", of: Job.self)
      let waitMs = try request.query("wait_ms", default: 0, in: 0...Self.longestWaitMs)
      let job = try await jobs.waitForEnd(id, atMostMs: Int64(waitMs))
      return try WireResponse(JobWire(job))
    }
    addAnswerRoutes(jobs)
    route(.post, "/api/v1/jobs/{id}/cancel", permission: .write) { _, context in
      try WireResponse(JobWire(try await jobs.cancel(try context.identifier("id"))))
    }
    route(.post, "/api/v1/jobs/{id}/retry", permission: .write) { _, context in
      try WireResponse(JobWire(try await jobs.retry(try context.identifier("id"))))
    }
  }

  private func addAnswerRoutes(_ jobs: Jobs) {
    route(.get, "/api/v1/jobs/{id}/explain", permission: .read) { _, context in
      try WireResponse(JobExplanationWire(try await jobs.explain(try context.identifier("id"))))
    }
    route(.get, "/api/v1/jobs/{id}/output", permission: .read) { request, context in
      let id = try context.identifier("id", of: Job.self)
      let name = request.query("stream") ?? "stdout"
      guard let stream = Jobs.OutputStream(rawValue: name) else {
        throw ServerError(.badRequest, "'stream' is '\(name)'; expected stdout or stderr.")
      }
      let offset = try request.query("from", default: 0, in: 0...Int.max)
      let limit = try request.query("limit", default: Self.outputBytes, in: 1...Self.outputBytes)
      let output = try await jobs.output(id, stream: stream, from: Int64(offset), limit: limit)
      return Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: .init(byteBuffer: ByteBuffer(bytes: output.bytes)))
    }
  }
}
