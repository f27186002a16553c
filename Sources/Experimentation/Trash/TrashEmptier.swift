public import Basics

/// Removes what a plan names, in many short transactions between which others write.
public struct TrashEmptier: Sendable {
  /// What was removed.
  public struct Removed: Sendable, Equatable {
    /// Identifiers of runs.
    public var runs: [String] = []
    /// Identifiers of logged models.
    public var models: [String] = []
    /// Identifiers of experiments.
    public var experiments: [String] = []
    /// How many traces.
    public var traces = 0
    /// How many points of metrics.
    public var points = 0
    /// How many artifacts.
    public var artifacts = 0
    /// How many uploads.
    public var uploads = 0
  }

  private let ledger: Ledger

  /// Empties the trash of `ledger`.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Removes what the plan names and is still as it was.
  public func empty(_ plan: TrashPlan, nowMs: Int64) async throws -> Removed {
    var removed = Removed()
    for model in plan.models
    where try await ledger.write({ db in try TrashStore.remove(model: model, nowMs: nowMs, in: db) }
    ) {
      removed.models.append(model.id)
    }
    for run in plan.runs { try await remove(run, nowMs, &removed) }
    for start in stride(from: 0, to: plan.traces.count, by: 200) {
      let some = Array(plan.traces[start..<min(start + 200, plan.traces.count)])
      removed.traces += try await ledger.write { db in
        try TrashStore.remove(traces: some, nowMs: nowMs, in: db)
      }
    }
    for id in plan.experiments
    where try await ledger.write({ db in try TrashStore.remove(experiment: id, in: db) }) {
      removed.experiments.append(id)
    }
    for id in plan.uploads {
      try await ledger.write { db in try TrashStore.remove(upload: id, in: db) }
      removed.uploads += 1
    }
    for folder in plan.folders {
      try await ledger.write { db in
        try TrashStore.condemn(folder: folder, nowMs: nowMs, in: db)
      }
    }
    for folder in try await ledger.read({ db in try TrashStore.condemnedFolders(in: db) }) {
      var count = TrashStore.artifactsAtOnce
      while count == TrashStore.artifactsAtOnce {
        count = try await ledger.write { db in
          try TrashStore.removeArtifacts(of: folder, in: db)
        }
        removed.artifacts += count
      }
    }
    return removed
  }

  private func remove(
    _ run: TrashPlan.Item, _ nowMs: Int64, _ removed: inout Removed
  ) async throws {
    guard
      try await ledger.write({ db in try TrashStore.condemn(run: run, nowMs: nowMs, in: db) })
    else { return }
    var count = TrashStore.pointsAtOnce
    while count >= TrashStore.pointsAtOnce {
      count = try await ledger.write { db in try TrashStore.removePoints(of: run.number, in: db) }
      removed.points += count
    }
    if try await ledger.write({ db in try TrashStore.remove(run: run, nowMs: nowMs, in: db) }) {
      removed.runs.append(run.id)
    }
  }
}
