public import Basics
import JobProtocol

/// What people say of sites, and what follows for jobs.
extension Jobs {
  /// Takes what a person says of a site, this machine among them, in place of what was said before.
  public func declareSite(_ name: String, _ declaration: SiteDeclaration) async throws -> Site {
    try declaration.check()
    var site = try await site(name)
    try await ledger.write { db in
      // Somebody may have removed it meanwhile.
      if name != Site.localName, try SiteStore.site(name, in: db) == nil { return }
      try SiteDeclarationStore.keep(declaration, of: name, in: db)
    }
    forgetDeclarations()
    site.declaration = declaration
    return site
  }

  /// What was said of each site; one of which nothing was is not among them.
  func declarations() async throws -> [String: SiteDeclaration] {
    if let declared { return declared }
    let revision = declaredRevision
    let read = try await ledger.read { try SiteDeclarationStore.all(in: $0) }
    if revision == declaredRevision { declared = read }
    return read
  }

  /// Has them read again; call it after each change.
  func forgetDeclarations() {
    declared = nil
    declaredRevision += 1
  }

  /// What was said of a site, in a transaction of the caller's.
  public static func declaration(
    of site: String, in db: LedgerTransaction
  ) throws -> SiteDeclaration {
    try SiteDeclarationStore.declaration(of: site, in: db)
  }

  /// Throws where a job would read data of a class that its site does not take.
  func checkData(of spec: JobSpec, in project: String) async throws {
    var reads = spec.reads ?? JobReads()
    if let data = spec.data { reads.versions.append(data.version) }
    guard let classifier, reads != JobReads() else { return }
    let place = spec.site ?? Site.localName
    let said = try await declarations()
    guard let allowed = said[place]?.dataClasses,
      let data = try await classifier.mostRestricted(of: reads, in: project),
      !allowed.contains(data.dataClass)
    else { return }
    let others = try await sites().filter { $0.declaration.allows(data.dataClass) }
      .map { $0.name }
    throw JobError(
      .dataClassRefused,
      "the job reads \(data.name), which is \(data.dataClass.rawValue), but the site '\(place)' "
        + "takes only data that is \(allowed.map(\.rawValue).joined(separator: " or "))",
      hint: others.isEmpty
        ? "No site takes it; `aifactory sites set NAME --data-classes …` changes what one takes."
        : "Sites that take it: \(others.joined(separator: ", ")).")
  }
}
