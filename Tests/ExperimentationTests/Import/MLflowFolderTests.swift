import Basics
import Foundation
import TestSupport
import Testing

@testable import Experimentation

/// Folders that no client has left like that: broken, cut, or built to mislead.
@Suite(.timeLimit(.minutes(1))) struct MLflowFolderTests {
  let home: TemporaryLedger
  let folder: TemporaryFolder
  private static let run = String(repeating: "a", count: 32)

  init() throws {
    home = try TemporaryLedger(ExperimentationMigrations.all)
    folder = try TemporaryFolder()
    try folder.write(
      "experiment_id: '7'\nname: old\nlifecycle_stage: active\n", to: "s/7/meta.yaml")
    try addRun(Self.run)
  }

  private func addRun(_ id: String, meta: String? = nil) throws {
    try folder.write(
      meta ?? """
        run_id: \(id)
        run_name: 1e5
        status: 3
        start_time: 5
        end_time: 9
        artifact_uri: file:///moved/elsewhere
        lifecycle_stage: active
        """, to: "s/7/\(id)/meta.yaml")
    try folder.write("1 0.5 0\n2 nan 1\n3 inf 2\n3 inf 2\n", to: "s/7/\(id)/metrics/a/loss")
    try folder.write("two\nlines", to: "s/7/\(id)/params/p")
    try folder.write("hello", to: "s/7/\(id)/artifacts/sub/text.txt")
  }

  private func perform(_ name: String = "s") async throws -> MLflowImportCounts {
    try await MLflowImport(ledger: home.ledger, objects: home.folder.objects)
      .perform(folder.path(name), nowMs: 1)
  }

  private func details(_ id: String = run) async throws -> RunDetails {
    try await RunStore(ledger: home.ledger).details(try #require(RunID(id)))
  }

  @Test func `a run comes over as it was, and once`() async throws {
    let first = try await perform()
    #expect(first.refused.isEmpty && first.remarks.isEmpty, "\(first)")
    #expect((first.runs, first.knownRuns, first.metrics, first.artifacts) == (1, 0, 3, 1))
    let run = try await details()
    #expect(run.run.name == "1e5" && run.run.endedAtMs == 9 && run.params == ["p": "two\nlines"])
    #expect(run.metrics.first?.value == .infinity)
    let again = try await perform()
    #expect((again.runs, again.knownRuns, again.metrics, again.artifacts) == (1, 1, 3, 1))
    let same = try await details()
    #expect(same.params == run.params && same.metrics == run.metrics)
  }

  @Test func `a file that has other bytes here than in the store is told and left as it is`()
    async throws
  {
    _ = try await perform()
    try folder.write("other", to: "s/7/\(Self.run)/artifacts/sub/text.txt")
    try folder.write("new", to: "s/7/\(Self.run)/artifacts/new.txt")
    let again = try await perform()
    #expect(again.artifacts == 1 && again.refused.isEmpty)
    #expect(again.remarks.count == 1 && again.remarks[0].contains("'sub/text.txt' has other bytes"))
    let place = try await details().run.artifactLocation.dropFirst("mlflow-artifacts:/".count)
    let file = try await ArtifactStore(ledger: home.ledger).file("\(place)/sub/text.txt")
    #expect(file?.sha256 == ObjectDigest(of: "hello"))
  }

  @Test func `what was changed here is not undone by another import`() async throws {
    _ = try await perform()
    let id = try #require(RunID(Self.run))
    try await home.ledger.write { db in
      try RunStore.note(tags: ["mine": "1"], on: id, in: db)
      try RunStore.setLifecycle(.deleted, of: id, nowMs: 2, in: db)
    }
    #expect(try await perform().knownRuns == 1)
    #expect(try await details().run.lifecycle == .deleted)
  }

  @Test func `points that were missing come with the next import`() async throws {
    _ = try await perform()
    try folder.write("4 1.5 3\n", to: "s/7/\(Self.run)/metrics/late")
    let again = try await perform()
    #expect((again.runs, again.knownRuns, again.metrics) == (1, 0, 4))
  }

  @Test func `broken runs are told and the others come over`() async throws {
    let (broken, empty) = (
      String(repeating: "b", count: 32), String(repeating: "c", count: 32)
    )
    try addRun(broken, meta: "run_id: [unclosed\nstatus: {")
    try FileTree.createFolder(folder.path("s/7/\(empty)"))
    let counts = try await perform()
    #expect(counts.runs == 1)
    #expect(counts.refused.count == 2, "\(counts.refused)")
    #expect(counts.refused.contains { $0.contains("7/\(broken)/meta.yaml") })
    #expect(counts.refused.contains { $0.contains("7/\(empty)") && $0.contains("meta.yaml") })
    await #expect(throws: ExperimentationError.self) { try await details(broken) }
  }

  @Test func `lines that are no points are counted and passed over`() async throws {
    try folder.write(
      "1 0.5 0\nnonsense\n2 0.25\n3 x 1\n4 0.125 2\n5 0.0", to: "s/7/\(Self.run)/metrics/cut")
    let counts = try await perform()
    #expect(counts.metrics == 3 + 4)
    #expect(
      counts.refused == ["'7/\(Self.run)/metrics/cut': 2 lines are no points and were passed over."]
    )
  }

  @Test func `nothing outside of the folder is read`() async throws {
    let secret = try folder.write("secret", to: "outside/secret.txt")
    let run = folder.path("s/7/\(Self.run)")
    for (link, target) in [
      (run + "/artifacts/link.txt", secret), (run + "/params/stolen", secret),
      (run + "/metrics/link", folder.path("outside")), (run + "/artifacts/in.txt", "sub/text.txt"),
      (folder.path("s/7/\(String(repeating: "d", count: 32))"), folder.path("outside")),
    ] {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    }
    mkfifo(run + "/tags", 0o600)
    let other = String(repeating: "e", count: 32)
    try addRun(
      other, meta: "run_id: \(other)\nstatus: 3\nartifact_uri: \(folder.path("outside"))\n")
    try FileTree.remove(folder.path("s/7/\(other)/artifacts"))
    let counts = try await perform()
    #expect(counts.runs == 2)
    // The link inside of the folder is a file like others.
    #expect(counts.artifacts == 2, "\(counts)")
    #expect(counts.refused.count == 5, "\(counts.refused)")
    #expect(try await details().params == ["p": "two\nlines"])
    let names = try await home.ledger.read { db in try DigestScan.digests(in: db) }
    #expect(names == [ObjectDigest(of: "hello")])
  }

  @Test func `huge texts and endless lines are told`() async throws {
    let run = "s/7/\(Self.run)"
    try folder.write([UInt8](repeating: 0x61, count: 2 << 20), to: run + "/params/huge")
    try folder.write([UInt8](repeating: 0x31, count: 3 << 20), to: run + "/metrics/endless")
    let counts = try await perform()
    #expect(counts.runs == 1 && counts.metrics == 3)
    #expect(counts.refused.count == 2, "\(counts.refused)")
  }

  @Test func `names that cannot be kept are told one by one`() async throws {
    try folder.write("v", to: "s/7/\(Self.run)/params/wrong\u{1F600}")
    try folder.write("1 1 1\n", to: "s/7/\(Self.run)/metrics/al<b")
    let counts = try await perform()
    #expect(counts.runs == 1 && counts.params == 1 && counts.metrics == 3)
    #expect(counts.refused.count == 2, "\(counts.refused)")
  }

  @Test func `a folder that is no store is refused`() async throws {
    try folder.write("x", to: "other/x.txt")
    for name in ["other", "nowhere", "s/7/meta.yaml"] {
      await #expect(throws: ExperimentationError.self) { try await perform(name) }
    }
  }

  @Test func `the folder around mlruns is found too`() async throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("around"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: folder.path("s"), toPath: folder.path("around/mlruns"))
    #expect(try await perform("around").runs == 1)
  }
}
