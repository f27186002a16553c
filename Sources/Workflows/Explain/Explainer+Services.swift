internal import API
internal import Basics
internal import Compute

extension Explainer {
  /// A service with why it stands where it does, and the jobs behind its address, the newest first.
  func links(service id: Identifier<NamedService>) async throws -> [ExplanationWire.Link] {
    let status = try await services.status(id.rawValue)
    let service = status.service
    var details = await services.explain(status)
    details.append(
      "submitted \(ExplainWords.time(service.createdAtMs)), at \(service.path)/, "
        + "\(status.instances.last?.number ?? 0) jobs so far")
    let link = ExplanationWire.Link(kind: "service", id: id.rawValue, details: details)
    var links = [link]
    for instance in status.instances.reversed() { links.append(try await self.link(of: instance)) }
    return links
  }

  private func link(of instance: ServiceInstance) async throws -> ExplanationWire.Link {
    let job = instance.job
    var place = "job \(instance.number) of the service, on '\(job.site)': \(instance.role.rawValue)"
    if let host = instance.host, let port = instance.port { place += ", at \(host):\(port)" }
    var details = [place]
    if let endsAtMs = instance.endsAtMs, !job.hasEnded {
      details.append("its time limit ends it \(ExplainWords.time(endsAtMs))")
    }
    details += try await jobs.explain(job.id).sentences
    return ExplanationWire.Link(kind: "job", id: job.id.rawValue, details: details)
  }
}
