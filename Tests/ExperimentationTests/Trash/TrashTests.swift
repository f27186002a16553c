import Basics
import Foundation
import TestSupport
import Testing

@testable import Experimentation

@Suite(.timeLimit(.minutes(1))) struct TrashTests {
  let home: TemporaryLedger
  var ledger: Ledger { home.ledger }
  private static let now: Int64 = 1_000_000
  private let bounds = TrashStore.Bounds(deletedAtMs: now, abandonedAtMs: now)

  init() throws { home = try TemporaryLedger(ExperimentationMigrations.all) }

  private func run(points: Int = 0, artifact text: String? = nil) async throws -> RunID {
    let id = RunID.random()
    try await ledger.write { db in
      let experiment = try ExperimentStore.ensure(
        named: "e", project: "default", nowMs: 0, in: db)
      let run = try RunStore.create(
        id, experiment: experiment.id, name: "r", startedAtMs: 0, in: db)
      try RunStore.note(params: ["p": "1"], tags: ["t": "2"], on: id, in: db)
      try RunStore.log(
        (0..<points).map {
          MetricPoint(key: "m", value: Double($0), step: Int64($0), timestampMs: 0)
        }, to: id, in: db)
      if let text {
        let folder = try #require(TrashPlan.folder(of: run.artifactLocation))
        try ArtifactStore.put(
          ArtifactFile(
            path: folder + "/a/b.txt", sha256: ObjectDigest(of: text), bytes: Int64(text.count)),
          nowMs: 0, in: db)
      }
    }
    return id
  }

  private func delete(_ id: RunID, atMs: Int64 = now) async throws {
    try await ledger.write { db in
      try RunStore.setLifecycle(.deleted, of: id, nowMs: atMs, in: db)
    }
  }

  private func plan() async throws -> TrashPlan {
    try await ledger.read { db in try TrashStore.plan(bounds, in: db) }
  }

  private func digests(besides plan: TrashPlan = TrashPlan()) async throws -> Set<ObjectDigest> {
    try await ledger.read { db in try TrashStore.digests(besides: plan, in: db) }
  }

  @Test func `a run goes with all it logged once its grace is over, and not before`() async throws {
    let (old, young, used) = (
      try await run(points: 12_001, artifact: "old"), try await run(points: 3, artifact: "young"),
      try await run(points: 5, artifact: "used")
    )
    try await delete(old)
    try await delete(young, atMs: Self.now + 1)
    let plan = try await plan()
    #expect(plan.runs.map(\.id) == [old.rawValue])
    #expect(plan.points == 12_001 && plan.artifacts == 1)
    #expect(
      try await digests(besides: plan) == Set(["young", "used"].map { ObjectDigest(of: $0) }))
    let removed = try await TrashEmptier(ledger: ledger).empty(plan, nowMs: Self.now)
    #expect(removed.runs == [old.rawValue] && removed.points == 12_001 && removed.artifacts == 1)
    #expect(try await digests() == Set(["young", "used"].map { ObjectDigest(of: $0) }))
    #expect(try await self.plan() == TrashPlan())
    #expect(try await RunStore(ledger: ledger).pointCount(of: used) == 5)
    await #expect(throws: ExperimentationError.self) {
      try await RunStore(ledger: ledger).details(old)
    }
  }

  @Test func `a run that a model version names stays and is told`() async throws {
    let (named, source) = (try await run(artifact: "named"), try await run(artifact: "source"))
    try await ledger.write { db in
      _ = try ModelStore.ensure("m", project: "default", nowMs: 0, in: db)
      var draft = ModelVersionDraft(registrationKey: "1")
      draft.run = named
      _ = try ModelStore.createVersion(of: "m", draft, project: "default", nowMs: 0, in: db)
      _ = try ModelStore.createVersion(
        of: "m", ModelVersionDraft(registrationKey: "2", source: "runs:/\(source)/model"),
        project: "default", nowMs: 0, in: db)
    }
    try await delete(named)
    try await delete(source)
    let plan = try await plan()
    #expect(plan.runs.isEmpty)
    #expect(plan.remarks.count == 2, "\(plan.remarks)")
    #expect(plan.remarks[0] == "Run \(named) stays: model version m 1 names it.")
  }

  @Test func `a removal that was interrupted cannot be undone, and goes on`() async throws {
    let id = try await run(points: 11_000, artifact: "x")
    try await delete(id)
    let item = try #require(try await plan().runs.first)
    let isCondemned = try await ledger.write { db in
      try TrashStore.condemn(run: item, nowMs: 1, in: db)
    }
    let count = try await ledger.write { db in
      try TrashStore.removePoints(of: item.number, in: db)
    }
    #expect(isCondemned && count == TrashStore.pointsAtOnce)
    await #expect(throws: ExperimentationError.self) {
      try await ledger.write { db in
        try RunStore.setLifecycle(.active, of: id, nowMs: 2, in: db)
      }
    }
    // Also where its grace would be longer by now.
    let later = try await ledger.read { db in
      try TrashStore.plan(.init(deletedAtMs: -1, abandonedAtMs: -1), in: db)
    }
    #expect(later.runs.map(\.id) == [id.rawValue])
    let removed = try await TrashEmptier(ledger: ledger).empty(later, nowMs: 3)
    #expect(removed.points == 11_000 - TrashStore.pointsAtOnce && removed.artifacts == 1)
    #expect(try await digests().isEmpty)
  }

  @Test func `a run that was restored meanwhile stays whole`() async throws {
    let id = try await run(points: 10, artifact: "x")
    try await delete(id)
    let plan = try await plan()
    try await ledger.write { db in
      try RunStore.setLifecycle(.active, of: id, nowMs: 2, in: db)
    }
    let removed = try await TrashEmptier(ledger: ledger).empty(plan, nowMs: 3)
    #expect(removed == TrashEmptier.Removed())
    #expect(try await RunStore(ledger: ledger).pointCount(of: id) == 10)
  }

  @Test func `an experiment goes with its runs, unless one of them stays`() async throws {
    let id = try await run(points: 2)
    let experiment = try await ledger.write { db in
      let experiment = try ExperimentStore.experiment(named: "e", in: db).id
      try ExperimentStore.setLifecycle(.deleted, of: experiment, nowMs: Self.now, in: db)
      return experiment
    }
    #expect(try await plan().experiments == [experiment.rawValue])
    try await ledger.write { db in
      try RunStore.setLifecycle(.active, of: id, nowMs: Self.now, in: db)
    }
    let kept = try await plan()
    #expect(kept.experiments.isEmpty && kept.remarks.count == 1)
    try await delete(id)
    let removed = try await TrashEmptier(ledger: ledger).empty(try await plan(), nowMs: 2)
    #expect(removed.experiments == [experiment.rawValue] && removed.runs == [id.rawValue])
  }
}
