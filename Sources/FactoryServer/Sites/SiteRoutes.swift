import API
public import Compute
import HTTPTypes
import Hummingbird

/// The routes of sites.
extension FactoryRoutes {
  /// Milliseconds that a trial of a site may wait for its job.
  private static let longestTrialMs = 3_600_000

  /// Adds `/api/v1/sites` and what is below it.
  public func addSiteRoutes(_ jobs: Jobs) {
    let path = "/api/v1/sites"
    route(
      .get, path, permission: .read,
      .api("Lists the sites where jobs can run.", answer: .json(SiteListWire.self))
    ) { _, _ in
      try WireResponse(SiteListWire(sites: try await jobs.sites().map { SiteWire($0) }))
    }
    route(
      .post, path, permission: .write,
      .api(
        "Adds a Slurm cluster, which must answer.", body: SiteAdditionWire.self,
        answer: .json(SiteWire.self, .created), refusals: [.conflict])
    ) { request, _ in
      let wire = try await request.wire(SiteAdditionWire.self)
      let site = try await jobs.addSite(
        wire.name, SlurmOptions(wire),
        SiteDeclaration(wire.declaration ?? SiteDeclarationWire()))
      return try WireResponse(SiteWire(site), status: .created)
    }
    route(
      .get, path + "/{name}", permission: .read,
      .api("Tells of a site what it said last.", answer: .json(SiteWire.self))
    ) { _, context in
      try WireResponse(SiteWire(try await jobs.site(try context.parameter("name"))))
    }
    route(
      .post, path + "/{name}/refresh", permission: .write,
      .api("Asks a site again what it has.", answer: .json(SiteWire.self))
    ) { _, context in
      try WireResponse(SiteWire(try await jobs.refreshSite(try context.parameter("name"))))
    }
    route(
      .put, path + "/{name}/declaration", permission: .write,
      .api(
        "Takes what a person says of a site, in place of what was said before.",
        body: SiteDeclarationWire.self, answer: .json(SiteWire.self))
    ) { request, context in
      let said = try SiteDeclaration(try await request.wire(SiteDeclarationWire.self))
      let site = try await jobs.declareSite(try context.parameter("name"), said)
      return try WireResponse(SiteWire(site))
    }
    route(
      .get, path + "/{name}/steps", permission: .read,
      .api(
        "Tells what a cluster measures of the steps that commands of its jobs have started.",
        answer: .json(JobStepListWire.self))
    ) { _, context in
      let steps = try await jobs.steps(on: try context.parameter("name"))
      return try WireResponse(JobStepListWire(steps))
    }
    route(
      .delete, path + "/{name}", permission: .write,
      .api(
        "Forgets a site on which no job waits or runs.",
        query: [
          .word(
            "files", ["keep", "remove"], "Whether what jobs left there stays, as it usually does.")
        ], answer: .json(SiteRemovalWire.self), refusals: [.conflict])
    ) { request, context in
      let name = try context.parameter("name")
      let files = request.query("files") ?? "keep"
      guard ["keep", "remove"].contains(files) else {
        throw ServerError(.badRequest, "'files' is '\(files)'; expected keep or remove.")
      }
      let waste = try await jobs.removeSite(name, withFiles: files == "remove")
      return try WireResponse(
        SiteRemovalWire(
          removed: name, count: waste.bytes.count, bytes: waste.bytes.reduce(0, +),
          remarks: waste.remarks))
    }
    route(
      .post, path + "/{name}/test", permission: .write,
      .api(
        "Tries a site out with a real job.",
        query: [
          .integer("wait_ms", 0...Self.longestTrialMs, "Wait for the job, at most so long.")
        ], answer: .json(SiteReportWire.self))
    ) { request, context in
      let waitMs = try request.query("wait_ms", default: 60_000, in: 0...Self.longestTrialMs)
      let report = try await jobs.testSite(try context.parameter("name"), waitMs: Int64(waitMs))
      return try WireResponse(SiteReportWire(report))
    }
  }
}
