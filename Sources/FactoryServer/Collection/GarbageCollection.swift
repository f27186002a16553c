import API
import Basics
import Compute
import Experimentation
import Serving
import Synchronization
import Workflows

/// Removes what nobody needs any more, while the factory works.
///
/// Rows go first, objects last, and only those that no row names when they go. Whatever kills it,
/// the next collection goes on.
final class GarbageCollection: Sendable {
  private let ledger: Ledger
  private let home: FactoryHome
  private let jobs: Jobs
  private let packages: PackageFolderStore
  private let environments: EnvironmentCollection
  private let data: DataFolderCollection
  private let isRunning = Mutex(false)

  /// Milliseconds that things stay in the trash, unless a request says otherwise.
  static let usualGraceMs: Int64 = 30 * 86_400_000
  /// Milliseconds that environments and archives stay which no job uses.
  static let usualUnusedMs: Int64 = 30 * 86_400_000
  /// Milliseconds that objects without a name stay: far more than from a put to its row.
  static let usualObjectAgeMs: Int64 = 86_400_000
  /// Milliseconds after which what lies in folders for half-done work is of nobody's.
  private static let leftoverAgeMs: Int64 = 86_400_000
  /// Clocks of the kernel's file times and ours may differ by a tick.
  private static let clockMarginMs: Int64 = 1_000
  /// Objects that are removed while puts wait.
  private static let objectsAtOnce = 200

  init(ledger: Ledger, home: FactoryHome, jobs: Jobs) {
    self.ledger = ledger
    self.home = home
    self.jobs = jobs
    packages = PackageFolderStore(ledger: ledger, home: home)
    environments = EnvironmentCollection(ledger: ledger, home: home)
    data = DataFolderCollection(ledger: ledger, home: home)
  }

  /// Moments on which a collection decides.
  struct Bounds: Sendable {
    var trash: TrashStore.Bounds
    var objectsPutAtMs: Int64
    var jobsEndedAtMs: Int64
    var leftoversChangedAtMs: Int64
    var unusedSinceMs: Int64
    /// The work that keeps young objects from going, if any.
    var holder: String?
  }

  /// Collects, or says what it would collect.
  ///
  /// - Throws: `already_collecting` while another collection runs; `object_damaged` where a
  ///   manifest cannot be read, before anything is removed.
  func collect(_ request: GarbageRequestWire, nowMs: Int64) async throws -> GarbageWire {
    let isFree = isRunning.withLock { isRunning in
      defer { isRunning = true }
      return !isRunning
    }
    guard isFree else {
      throw ServerError(
        .alreadyCollecting, "Another collection is running.", hint: "Try again when it has ended.")
    }
    defer { isRunning.withLock { $0 = false } }
    let bounds = try await bounds(of: request, nowMs: nowMs)
    let (plan, names) = try await ledger.read { db in
      let plan = try TrashStore.plan(bounds.trash, in: db)
      return (plan, try TrashStore.digests(besides: plan, in: db))
    }
    let objects = home.objects
    let unnamed = try await offTask {
      try objects.unnamed(
        besides: try objects.reachable(from: names), notPutSinceMs: bounds.objectsPutAtMs)
    }
    var wire = GarbageWire(dryRun: request.dryRun == true)
    wire.remarks = plan.remarks
    if let holder = bounds.holder {
      wire.remarks.append("Younger objects stay as long as \(holder) is at work.")
    }
    let folders = try await jobs.collectableFolders(endedBeforeMs: bounds.jobsEndedAtMs)
    let laidOut = try await packages.unused()
    let pythons = try await environments.unused(sinceMs: bounds.unusedSinceMs)
    let data = try await self.data.unused(sinceMs: bounds.unusedSinceMs)
    let elsewhere = try await jobs.siteWaste(
      endedBeforeMs: bounds.jobsEndedAtMs, unusedSinceMs: bounds.unusedSinceMs)
    let home = home
    let leftovers = try await offTask {
      try HomeLeftovers(home).found(unchangedSinceMs: bounds.leftoversChangedAtMs)
    }
    if wire.dryRun {
      wire.take(plan)
      wire.objects = .init(unnamed.map(\.bytes))
      wire.jobFolders = .init(folders.map(\.bytes))
      wire.packageFolders = .init(laidOut.map(\.bytes))
      wire.environments = .init(pythons.map(\.bytes))
      wire.dataFolders = .init(data.map(\.bytes))
      wire.siteFiles = .init(elsewhere.bytes)
      wire.remarks += elsewhere.remarks
      wire.leftovers = .init(leftovers.map(\.bytes))
      return wire
    }
    wire.take(try await TrashEmptier(ledger: ledger).empty(plan, nowMs: nowMs))
    wire.objects = .init(try await remove(unnamed, bounds).map(\.bytes))
    wire.jobFolders = .init(
      try await remove(folders) { [jobs] path, waste in
        try await jobs.take(path, endedBeforeMs: bounds.jobsEndedAtMs, to: waste)
      })
    wire.packageFolders = .init(try await remove(laidOut, by: packages.take))
    wire.environments = .init(
      try await remove(pythons) { [environments] path, waste in
        try await environments.take(path, unusedSinceMs: bounds.unusedSinceMs, to: waste)
      })
    wire.dataFolders = .init(
      try await remove(data) { [data = self.data] path, waste in
        try await data.take(path, unusedSinceMs: bounds.unusedSinceMs, to: waste)
      })
    let gone = try await jobs.remove(
      elsewhere, endedBeforeMs: bounds.jobsEndedAtMs, unusedSinceMs: bounds.unusedSinceMs)
    wire.siteFiles = .init(gone.bytes)
    wire.remarks += gone.remarks
    wire.leftovers = .init(leftovers.map(\.bytes))
    try await offTask { for found in leftovers { try FileTree.remove(found.path) } }
    return wire
  }

  private func bounds(of request: GarbageRequestWire, nowMs: Int64) async throws -> Bounds {
    let graceMs = request.graceMs ?? Self.usualGraceMs
    let deletedAtMs = nowMs - graceMs
    let work = try await OpenWorkStore.oldest(in: ledger)
    let lease = ObjectLeases.ofThisProcess.oldestMs
    let agedAtMs = nowMs - (request.objectAgeMs ?? Self.usualObjectAgeMs)
    let heldAtMs = min(work?.sinceMs ?? .max, lease ?? .max)
    let openAtMs = heldAtMs == .max ? .max : heldAtMs - Self.clockMarginMs
    return Bounds(
      trash: TrashStore.Bounds(
        deletedAtMs: deletedAtMs, abandonedAtMs: min(deletedAtMs, nowMs - Self.leftoverAgeMs)),
      objectsPutAtMs: min(agedAtMs, openAtMs), jobsEndedAtMs: min(deletedAtMs, openAtMs),
      leftoversChangedAtMs: nowMs - Self.leftoverAgeMs,
      unusedSinceMs: min(nowMs - (request.unusedMs ?? Self.usualUnusedMs), openAtMs),
      holder: openAtMs < agedAtMs ? work?.id ?? "an import" : nil)
  }

  /// Removes those objects that still no row names.
  private func remove(
    _ objects: [ObjectStore.Found], _ bounds: Bounds
  ) async throws -> [ObjectStore.Found] {
    guard !objects.isEmpty else { return [] }
    let store = home.objects
    let names = try await ledger.read { db in try DigestScan.digests(in: db) }
    let named = try await offTask { try store.reachable(from: names) }
    let going = objects.map(\.digest).filter { !named.contains($0) }
    var removed: [ObjectStore.Found] = []
    for start in stride(from: 0, to: going.count, by: Self.objectsAtOnce) {
      let some = Array(going[start..<min(start + Self.objectsAtOnce, going.count)])
      removed += try await offTask {
        try store.remove(some, notPutSinceMs: bounds.objectsPutAtMs)
      }
    }
    return removed
  }

  /// Renames each folder to a name among temporary ones, if it may still go, and removes it there.
  private func remove(
    _ folders: [HomeLeftovers.Found],
    by take: @Sendable (_ path: String, _ waste: String) async throws -> Bool
  ) async throws -> [Int64] {
    var bytes: [Int64] = []
    for found in folders {
      let waste = "\(home.temporaryPath)/gc-\(Identifier<Job>.random().rawValue)"
      guard try await take(found.path, waste) else { continue }
      try await offTask { try FileTree.remove(waste) }
      bytes.append(found.bytes)
    }
    return bytes
  }
}

extension GarbageWire {
  fileprivate mutating func take(_ plan: TrashPlan) {
    experiments = plan.experiments
    runs = plan.runs.map(\.id)
    loggedModels = plan.models.map(\.id)
    (traces, metricPoints, artifacts) = (plan.traces.count, plan.points, plan.artifacts)
    uploads = plan.uploads.count
  }

  fileprivate mutating func take(_ removed: TrashEmptier.Removed) {
    (experiments, runs, loggedModels) = (removed.experiments, removed.runs, removed.models)
    (traces, metricPoints, artifacts) = (removed.traces, removed.points, removed.artifacts)
    uploads = removed.uploads
  }
}

extension GarbageWire.Heap {
  fileprivate init(_ bytes: [Int64]) { self.init(count: bytes.count, bytes: bytes.reduce(0, +)) }
}
