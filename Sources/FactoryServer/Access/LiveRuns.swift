import Basics
import Compute
import Experimentation
import Hummingbird
import MLflowProtocol

/// What the token of a run is good for: it ends with the job that has the run, and changes what that
/// job has made.
struct LiveRuns: Sendable {
  let ledger: Ledger

  /// Whose the token of a run is.
  ///
  /// - Throws: `unauthorized` where the job of the run has ended, or one of the two is not there.
  func require(_ run: String, in project: String) async throws -> WorkingRun {
    let job = try await ledger.read { db in
      let found = try RunID(run).flatMap { try RunStore.find($0, in: db) }
      return try found?.job.flatMap { try Jobs.lasts($0, in: db) ? $0 : nil }
    }
    guard let job else {
      throw ServerError(
        .unauthorized, "The job of this token has ended.",
        hint: "'aifactory env' prints the token of this home.")
    }
    return WorkingRun(run: run, job: job, project: project)
  }

  /// Makes sure that a request changes nothing but what the job has made.
  ///
  /// - Parameter request: its body is here afterwards, where that tells what is changed.
  /// - Throws: `PERMISSION_DENIED`.
  func requireScope(_ request: inout Request, of owner: WorkingRun) async throws {
    let things = try await things(changedBy: &request)
    try await ledger.read { try RunScope.require(things, of: owner, in: $0) }
  }

  /// Read as the handler will read it: of a member that is there twice, readers take one.
  private func things(changedBy request: inout Request) async throws -> [TrackedThing]? {
    guard let parts = MLflowDialect.parts(of: request.uri.path) else { return nil }
    var fields = MLflowCall.fields(ofQuery: request.uri.query ?? "")
    if RunScope.isInBody(parts) {
      _ = try await request.collectBody(upTo: MLflowCall.bodyLimit)
      if parts == ["runs", "log-batch"] {
        let batch = try await MLflowCall.parsed(try await MLflowCall.body(of: request)) {
          try MLflowBatch(parsing: $0)
        }
        return [.run(try MLflowFields.run(batch.runText).rawValue)]
      }
      fields = try await MLflowCall.fields(of: request)
    }
    return try RunScope.things(changedBy: request.method.rawValue, parts, fields)
  }

  /// Whether the job may change the one thing that a request reads; nil where it reads others.
  func mayChange(readBy request: Request, _ owner: WorkingRun) async throws -> Bool? {
    guard let parts = MLflowDialect.parts(of: request.uri.path),
      let thing = try RunScope.thing(
        shownBy: parts, MLflowCall.fields(ofQuery: request.uri.query ?? ""))
    else { return nil }
    return try await ledger.read { try OwnershipStore.mayChange(thing, owner, in: $0) }
  }
}
