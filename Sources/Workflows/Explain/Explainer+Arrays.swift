internal import API
internal import Basics
internal import Compute

extension Explainer {
  /// How an array stands, and why the first of its jobs that waits does so.
  func links(array id: Identifier<JobArray>) async throws -> [ExplanationWire.Link] {
    let array = try await jobs.array(id)
    let limit = array.atMost.map { ", at most \($0) at once" } ?? ""
    var details = ["\(array.count) jobs on '\(array.site)'\(limit): \(Self.words(array))"]
    guard array.states[.queued] ?? 0 > 0,
      let waiting = try await jobs.list(array: id).first(where: { $0.state == .queued })
    else { return [ExplanationWire.Link(kind: "array", id: id.rawValue, details: details)] }
    details.append("\(waiting.id) is the first that waits.")
    let why = try await jobs.explain(waiting.id).sentences
    return [
      ExplanationWire.Link(kind: "array", id: id.rawValue, details: details),
      ExplanationWire.Link(kind: "job", id: waiting.id.rawValue, details: why),
    ]
  }

  /// How many jobs are in which state, and how those that ended did.
  private static func words(_ array: JobArray) -> String {
    let open = [JobStateMachine.State.queued, .running, .stopping].compactMap { state in
      array.states[state].map { "\($0) \(state.rawValue)" }
    }
    let ended = array.reasons.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.rawValue)" }
    return (open + ended).joined(separator: ", ")
  }
}
