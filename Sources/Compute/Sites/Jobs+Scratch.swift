import Basics
import JobProtocol
import Synchronization

/// What jobs have left in the scratch folders of clusters, to be collected.
public struct SiteWaste: Sendable {
  /// At one site.
  struct Part: Sendable {
    var site: Site
    var entries: [(entry: ScratchEntry, bytes: Int64)]
  }

  var parts: [Part] = []
  /// What could not be looked at, in words.
  public internal(set) var remarks: [String] = []
  /// Bytes of each thing.
  public var bytes: [Int64] { parts.flatMap { $0.entries.map(\.bytes) } }
}

extension Jobs {
  /// What may go, with its size; a cluster that does not answer is a remark.
  ///
  /// - Parameters:
  ///   - endedBeforeMs: jobs that ended before lose their folders.
  ///   - unusedSinceMs: archives of code and of Python environments that no job took since go, unless one names them
  ///     that has not ended.
  public func siteWaste(
    endedBeforeMs: Int64, unusedSinceMs: Int64
  ) async throws -> SiteWaste {
    let bounds = try await bounds(endedBeforeMs, unusedSinceMs)
    var waste = SiteWaste()
    // Sites may share a folder.
    var seen: Set<String> = []
    for site in try await ledger.read({ try SiteStore.list(in: $0) }) {
      guard let place = site.slurm?.scratchPlace, seen.insert(place).inserted,
        let files = try link(to: site)?.files
      else { continue }
      do {
        let there = try await files.entries()
        let going = try await ledger.read { try ScratchStore.mayGo(there, bounds, in: $0) }
        guard !going.isEmpty else { continue }
        let bytes = try await files.bytes(of: going)
        waste.parts.append(SiteWaste.Part(site: site, entries: Array(zip(going, bytes))))
      } catch let error as any FactoryError {
        waste.remarks.append("The site \(site.name) was left as it is: \(error.message)")
      }
    }
    return waste
  }

  /// Removes what jobs left at a site that is about to be forgotten.
  ///
  /// What jobs share goes as well, where no other factory has jobs in the same folder.
  func removeFiles(of site: Site) async throws -> SiteWaste {
    guard let place = site.slurm?.scratchPlace, let files = try link(to: site)?.files else {
      return SiteWaste()
    }
    let others = try await ledger.read { db in
      try SiteStore.checkUnused(site.name, in: db)
      return try SiteStore.list(in: db)
    }
    if let other = others.first(where: {
      $0.name != site.name && $0.slurm?.scratchPlace == place
    }) {
      throw JobError(
        .siteInUse, "the site '\(other.name)' has the same scratch folder, so its files stay",
        hint: "Remove '\(site.name)' without its files.")
    }
    let there = try await files.entries()
    let now = configuration.now()
    var bounds = ScratchStore.Bounds(
      endedBeforeMs: .max, unusedSinceMs: .max, unmarkedSinceMs: .max, agents: [])
    if try await ledger.read({ try ScratchStore.haveStrangers(there, in: $0) }) {
      (bounds.unusedSinceMs, bounds.unmarkedSinceMs) = (now - Self.strangersMs, 0)
    }
    let final = bounds
    let going = try await ledger.write { try ScratchStore.mayGo(there, final, in: $0) }
    let bytes = try await files.bytes(of: going)
    try await files.remove(going, unusedSinceMs: final.unusedSinceMs)
    return SiteWaste(
      parts: [SiteWaste.Part(site: site, entries: Array(zip(going, bytes)))],
      remarks: going.count < there.count
        ? ["\(there.count - going.count) things stay that another factory may need."] : [])
  }

  /// How long nobody must have used what another factory may need.
  private static let strangersMs: Int64 = 30 * 86_400_000

  /// What a collection decides on.
  private func bounds(
    _ endedBeforeMs: Int64, _ unusedSinceMs: Int64
  ) async throws -> ScratchStore.Bounds {
    let store = store
    let folders = try await ledger.read { db in
      try store.openAttempts(in: db).filter { $0.job.site != Site.localName }
        .map { OpenAttempt($0.job, $0.attempt).folder }
    }
    var agents = try await SiteAgent.names(of: folders)
    let own = try LocalAgents(agentPath: configuration.agentPath).agentPath
    agents.insert(
      FileTree.name(
        of: try await offTask { try SiteAgent(own: own).path(in: SiteFolders(scratch: "")) }))
    return ScratchStore.Bounds(
      endedBeforeMs: endedBeforeMs, unusedSinceMs: unusedSinceMs,
      unmarkedSinceMs: configuration.now() - 24 * SlurmSite.markingMs, agents: agents)
  }

  /// Removes what still may go, and gives the sizes of that; what fails is a remark.
  ///
  /// Meanwhile jobs whose folders go cannot be tried again, and what a job takes just now stays.
  public func remove(
    _ waste: SiteWaste, endedBeforeMs: Int64, unusedSinceMs: Int64
  ) async throws -> SiteWaste {
    let bounds = try await bounds(endedBeforeMs, unusedSinceMs)
    var removed = SiteWaste(remarks: waste.remarks)
    for part in waste.parts {
      guard let files = try link(to: part.site)?.files else { continue }
      let entries = part.entries.map(\.entry)
      let hold = collected.hold(entries)
      defer { collected.release(hold) }
      // Behind all retries that were asked for before.
      let going = Set(try await ledger.write { try ScratchStore.mayGo(entries, bounds, in: $0) })
      do {
        try await files.remove(Array(going), unusedSinceMs: unusedSinceMs)
        removed.parts.append(
          SiteWaste.Part(site: part.site, entries: part.entries.filter { going.contains($0.entry) })
        )
      } catch let error as any FactoryError {
        removed.remarks.append("The site \(part.site.name) was left in part: \(error.message)")
      }
    }
    return removed
  }
}

/// The jobs and arrays whose folders at clusters are being removed.
final class CollectedJobs: Sendable {
  private let ids = Mutex<Set<String>>([])

  /// Takes those of entries.
  func hold(_ entries: [ScratchEntry]) -> Set<String> {
    let held = Set(
      entries.compactMap { entry in
        switch entry.kind {
        case .job(let id), .array(let id): id
        case .input, .environment, .agent, .unfinished, nil: nil
        }
      })
    ids.withLock { $0.formUnion(held) }
    return held
  }

  func release(_ held: Set<String>) { ids.withLock { $0.subtract(held) } }

  /// Throws where the folder of a job goes.
  func check(_ job: Job) throws(JobError) {
    let goes = ids.withLock { ids in
      ids.contains(job.id.rawValue) || job.spec.array.map { ids.contains($0.array) } ?? false
    }
    guard goes else { return }
    throw JobError(
      .notEnded, "the folder of job \(job.id) is being collected, so it cannot be tried again now",
      hint: "Try again in a moment, or submit it anew.")
  }
}
