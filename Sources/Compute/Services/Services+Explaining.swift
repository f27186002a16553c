import Basics
import JobProtocol

/// Answers to "why?".
extension Services {
  /// Says why a service stands where it does.
  public func explain(_ status: ServiceStatus) async -> [String] {
    let service = status.service
    guard let serving = status.serving else { return await absence(status).sentences }
    var sentences = [
      "The service '\(service.name)' is up: \(serving.job.id) has the requests, on "
        + "'\(serving.job.site)'."
    ]
    for draining in status.instances where draining.role == .draining {
      let count = table.openRequests(of: draining.job.id)
      sentences.append(
        "\(draining.job.id), which had them before, has \(count) under way and is being stopped.")
    }
    for next in status.instances where next.role == .starting && next.number > serving.number {
      sentences.append("The next one, \(next.job.id), is on its way: \(await progress(of: next))")
    }
    if let refusal = status.refusal {
      sentences.append(
        "Its next job is refused, so it ends with this one unless that changes: \(refusal) It is tried again every "
          + "\(ServiceWords.seconds(Self.refusalPauseMs)).")
    }
    if let renewsAtMs = status.renewsAtMs, renewsAtMs > now() {
      sentences.append(
        "The next job is submitted in \(ServiceWords.seconds(renewsAtMs - now())), before the time "
          + "limit of this one.")
    }
    return sentences
  }

  /// Says why none of a service's jobs answers, and when one may.
  public func absence(_ status: ServiceStatus) async -> ServiceAbsence {
    let name = "The service '\(status.service.name)'"
    guard status.service.isWanted else {
      guard let failure = status.service.failure else {
        let what = status.service.endedAtMs == nil ? "is being ended" : "was ended"
        return ServiceAbsence(sentences: ["\(name) \(what) by somebody."], retryAfterSeconds: 60)
      }
      return ServiceAbsence(
        sentences: ["\(name) was given up: \(failure)"], retryAfterSeconds: 60)
    }
    guard let newest = status.instances.last(where: { $0.role != .ended }) ?? status.instances.last
    else { return ServiceAbsence(sentences: ["\(name) is about to start."], retryAfterSeconds: 1) }
    guard newest.role == .ended else {
      return ServiceAbsence(
        sentences: ["\(name) is not up: \(await progress(of: newest))"],
        retryAfterSeconds: newest.job.state == .queued ? 10 : 2)
    }
    let end = ServiceWords.failure(newest.job)
    if let refusal = status.refusal {
      return ServiceAbsence(
        sentences: [
          "\(name) is not up, and its next job is refused: \(refusal)", "Before, \(end)",
          "It is tried again every \(ServiceWords.seconds(Self.refusalPauseMs)), until somebody ends it with "
            + "`aifactory jobs cancel \(status.service.name)`.",
        ], retryAfterSeconds: Int(Self.refusalPauseMs / 1_000))
    }
    let plan = status.instances.map { ServicePlan.Instance($0) }
    guard case .later(let atMs) = ServicePlan.mayFollow(plan, newest.spec, now()) else {
      return ServiceAbsence(
        sentences: ["\(name) is about to start again: \(end)"], retryAfterSeconds: 1)
    }
    return ServiceAbsence(
      sentences: ["\(name) starts again in \(ServiceWords.seconds(atMs - now())): \(end)"],
      retryAfterSeconds: Int(max(1, (atMs - now() + 999) / 1_000)))
  }

  /// What keeps a job from having the requests.
  private func progress(of instance: ServiceInstance) async -> String {
    let job = instance.job
    switch job.state {
    case .queued:
      let words: String
      do {
        words = try await jobs.explain(job.id).sentences.joined(separator: " ")
      } catch {
        words = "it waits for a place"
      }
      return "\(job.id) waits on '\(job.site)'. \(words)"
    case .running:
      if let trouble = memories[job.id]?.trouble {
        return "\(job.id) runs, but cannot be reached from here: \(trouble)"
      }
      guard instance.port != nil else {
        return "\(job.id) runs, and its command does not answer at its port yet."
      }
      return "\(job.id) runs, and is about to be reached."
    case .stopping: return "\(job.id) is being stopped."
    case .ended: return ServiceWords.failure(job)
    }
  }
}
