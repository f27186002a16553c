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
    let bounds = ScratchStore.Bounds(endedBeforeMs: endedBeforeMs, unusedSinceMs: unusedSinceMs)
    var waste = SiteWaste()
    // Sites may share a folder.
    var seen: Set<String> = []
    for site in try await ledger.read({ try SiteStore.list(in: $0) }) {
      guard let slurm = site.slurm,
        seen.insert("\(slurm.ssh?.destination ?? ""):\(slurm.scratch)").inserted,
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

  /// Removes what still may go, and gives the sizes of that; what fails is a remark.
  ///
  /// Meanwhile jobs whose folders go cannot be tried again, and what a job takes just now stays.
  public func remove(
    _ waste: SiteWaste, endedBeforeMs: Int64, unusedSinceMs: Int64
  ) async throws -> SiteWaste {
    let bounds = ScratchStore.Bounds(endedBeforeMs: endedBeforeMs, unusedSinceMs: unusedSinceMs)
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
        case .input, .environment, .unfinished, nil: nil
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
