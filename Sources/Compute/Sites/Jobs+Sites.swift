import Basics
import JobProtocol
import Logging

/// The sites of this factory: this machine, and clusters that people added.
extension Jobs {
  /// All sites, this machine first.
  public nonisolated func sites() async throws -> [Site] {
    let (local, others) = try await ledger.read { db in
      (
        try SiteDeclarationStore.declaration(of: Site.localName, in: db),
        try SiteStore.list(in: db)
      )
    }
    return [localSite(local)] + others
  }

  /// The site of a name.
  public nonisolated func site(_ name: String) async throws -> Site {
    guard let site = try await knownSite(name) else {
      throw JobError(
        .siteNotFound, "there is no site named '\(name)'",
        hint: "`aifactory sites list` shows the sites, `aifactory sites add` adds one.")
    }
    return site
  }

  /// The site of a name; nil where there is none.
  nonisolated func knownSite(_ name: String) async throws -> Site? {
    if name == Site.localName {
      return localSite(
        try await ledger.read { try SiteDeclarationStore.declaration(of: name, in: $0) })
    }
    return try await ledger.read { try SiteStore.site(name, in: $0) }
  }

  /// Adds a Slurm cluster, which must answer, and puts the agent there.
  public func addSite(
    _ name: String, _ options: SlurmOptions, _ declaration: SiteDeclaration = SiteDeclaration()
  ) async throws -> Site {
    let name = try SafeName(name, of: "site").rawValue
    guard name != Site.localName else {
      throw JobError(.siteTaken, "'\(name)' is this machine, which is always there")
    }
    try options.check()
    try declaration.check()
    guard try await knownSite(name) == nil else {
      throw JobError(
        .siteTaken, "there is a site named '\(name)' already",
        hint: "Choose another name, or remove it: aifactory sites remove \(name)")
    }
    let link = try link(to: options)
    _ = try await link.files.inspect()
    let inventory = try await link.patiently(.seconds(20)).inventory(atMs: configuration.now())
    if let partition = options.partition, inventory.partition(partition) == nil {
      let names = inventory.partitions.map(\.name).joined(separator: ", ")
      throw JobError(
        .siteInvalid, "the cluster '\(inventory.cluster)' has no partition '\(partition)'",
        hint: "It has \(names).")
    }
    try Self.check(options, by: inventory)
    if options.rest != nil, inventory.partition(options.partition) == nil {
      let names = inventory.partitions.map(\.name).joined(separator: ", ")
      throw JobError(
        .siteInvalid, "slurmrestd does not tell which partition is the default",
        hint: "Name one with --partition; there are \(names).")
    }
    try await link.files.installAgent()
    let record = try SiteRecord(name, options, inventory: inventory, atMs: configuration.now())
    try await ledger.write { try SiteStore.add(record, declaration, in: $0) }
    forgetDeclarations()
    var site = try record.site
    site.declaration = declaration
    try open(site, link)
    return site
  }

  /// Throws where the cluster says that jobs of this user cannot be charged so; where it says nothing, it is asked by
  /// the first job.
  private static func check(
    _ options: SlurmOptions, by inventory: SiteInventory
  ) throws(JobError) {
    guard inventory.enforcesAccounts == true, let all = inventory.accounts, !all.isEmpty else {
      return
    }
    // Slurm's names have no case.
    let accounts = options.account.map { name in
      all.filter { $0.name.lowercased() == name.lowercased() }
    }
    if let name = options.account, accounts?.isEmpty == true {
      throw JobError(
        .siteInvalid, "your jobs cannot be charged to the account '\(name)'",
        hint: "They can be charged to \(all.map(\.name).joined(separator: ", ")).")
    }
    let qos = Set((accounts ?? all).flatMap(\.qos).map { $0.lowercased() })
    if let name = options.qos, !qos.isEmpty, !qos.contains(name.lowercased()) {
      throw JobError(
        .siteInvalid, "your jobs cannot have the quality of service '\(name)'",
        hint: "They can have \(qos.sorted().joined(separator: ", ")).")
    }
  }

  /// Asks a cluster again what it has, and keeps it.
  public func refreshSite(_ name: String) async throws -> Site {
    var site = try await site(name)
    guard let link = try link(to: site) else { return site }
    let inventory = try await link.patiently(.seconds(20)).inventory(atMs: configuration.now())
    try await ledger.write { try SiteStore.keep(inventory, of: name, in: $0) }
    await (drivers[name] as? SlurmSite)?.learn(inventory)
    site.inventory = inventory
    return site
  }

  /// The way to a site's cluster: the driver's own, so that a connection is shared; nil for this machine.
  func link(to site: Site) throws -> SlurmLink? {
    if let driver = drivers[site.name] as? SlurmSite { return driver.link }
    return try site.slurm.map { try link(to: $0) }
  }

  private func link(to options: SlurmOptions) throws -> SlurmLink {
    let own = try LocalAgents(agentPath: configuration.agentPath).agentPath
    return try SlurmLink(options, ownAgent: own, jobsFolder: configuration.folder)
  }

  /// Forgets a site on which no job waits or runs.
  ///
  /// - Parameter withFiles: whether what jobs left in its scratch folder goes first, as far as no other factory may
  ///   need it; otherwise it stays.
  /// - Returns: what was removed there.
  @discardableResult
  public func removeSite(_ name: String, withFiles: Bool = false) async throws -> SiteWaste {
    guard name != Site.localName else {
      throw JobError(.siteInUse, "'\(name)' is this machine, which is always there")
    }
    let site = try await site(name)
    let removed = withFiles ? try await removeFiles(of: site) : SiteWaste()
    try await ledger.write { try SiteStore.remove(name, in: $0) }
    forgetDeclarations()
    (drivers.removeValue(forKey: name) as? SlurmSite)?.close()
    return removed
  }

  /// Makes the drivers of all clusters; one whose folder cannot be reached is tried again later.
  func openClusters() async throws {
    for site in try await ledger.read({ try SiteStore.list(in: $0) })
    where drivers[site.name] == nil {
      do {
        guard let link = try link(to: site) else { continue }
        // A login node that is away must not keep the others' jobs from starting.
        if link.options.ssh == nil { try await link.files.installAgent() }
        try open(site, link)
      } catch {
        logger.error(
          "the folder of a site cannot be used; trying again",
          metadata: ["site": "\(site.name)", "error": "\(error)"])
        // Its attempts are taken up as soon as it can be.
        mayMissAttempts = true
        watcher?.remind(afterMs: 10_000) { $0.mayPlace = true }
      }
    }
  }

  private func open(_ site: Site, _ link: SlurmLink) throws {
    guard let watcher, drivers[site.name] == nil else { return }
    let cluster = SlurmSite(
      name: site.name, link: link, inventory: site.inventory, agent: try link.files.agentPath,
      signal: signal,
      remind: { afterMs, wake in watcher.remind(afterMs: afterMs) { _ in wake() } },
      logger: logger)
    drivers[site.name] = cluster
    clusterContinuation.yield(cluster)
    signal.add { $0.mayPlace = true }
  }

  private nonisolated func localSite(_ declaration: SiteDeclaration) -> Site {
    let node = SiteInventory.NodeKind(
      count: 1, cpus: capacity.cpus.count, memoryBytes: capacity.memoryBytes,
      gpus: capacity.gpus.count)
    let partition = SiteInventory.Partition(
      name: Site.localName, isDefault: true, availability: "up", timeLimitSeconds: nil,
      nodes: [node])
    var site = Site(
      name: Site.localName, slurm: nil,
      inventory: SiteInventory(
        cluster: "", version: "", partitions: [partition], maxArraySize: nil,
        hasAccounting: false, discoveredAtMs: configuration.now()),
      createdAtMs: 0)
    site.declaration = declaration
    return site
  }
}
