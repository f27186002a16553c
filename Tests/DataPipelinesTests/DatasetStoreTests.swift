import Basics
import Foundation
import GRDB
import TestSupport
import Testing

@testable import DataPipelines

@Suite struct DatasetStoreTests {
  private let migrations = DataPipelinesMigrations.all
  private let folder = ObjectDigest(of: "folder")

  private func register(
    _ ledger: Ledger, _ request: DatasetRequest, nowMs: Int64
  ) async throws -> DatasetVersion {
    let manifest = DatasetManifest(
      name: request.name,
      columns: [DatasetManifest.Column(name: "y", type: .integer, role: .target)], rowCount: 9,
      splitRowCounts: ["train": 9], sources: request.files.map(\.source), splitRule: "random",
      converterVersion: DatasetBuilder.converterVersion)
    let folder = folder
    return try await ledger.write { db in
      try DatasetStore.register(
        manifest: manifest, request: request, folder: folder, job: nil, nowMs: nowMs, in: db)
    }
  }

  private func request(_ digest: Character, path: String = "/a") -> DatasetRequest {
    let source = DatasetManifest.Source(
      name: path, sha256: String(repeating: digest, count: 64), bytes: 1, part: "data")
    return DatasetRequest(
      name: "wine", files: [.init(source: source, path: path)], target: "y", outputFolder: path)
  }

  @Test func `The same content is one version, other content the next`() async throws {
    let temporary = try TemporaryLedger(migrations)
    let store = DatasetStore(ledger: temporary.ledger)
    let first = try await register(temporary.ledger, request("a"), nowMs: 1)
    let again = try await register(temporary.ledger, request("a", path: "/elsewhere"), nowMs: 2)
    let second = try await register(temporary.ledger, request("b"), nowMs: 3)
    #expect(first == again)
    #expect(first.number == 1 && second.number == 2)
    #expect(first.id.rawValue.hasPrefix("dv_") && first.id != second.id)
    #expect(try await store.versions(of: "wine").map(\.number) == [2, 1])
    #expect(try await store.resolve("wine") == second)
    #expect(try await store.resolve("wine@1") == first)
    #expect(try await store.resolve(first.id.rawValue) == first)
    let datasets = try await store.datasets()
    #expect(datasets.map(\.versionCount) == [2])
    await #expect(throws: DataError.self) { try await store.resolve("none") }
  }

  @Test func `An option that changes the table changes the version`() async throws {
    let temporary = try TemporaryLedger(migrations)
    let first = try await register(temporary.ledger, request("a"), nowMs: 1)
    var changed = request("a")
    changed.split.seed = 8
    #expect(try await register(temporary.ledger, changed, nowMs: 2).id != first.id)
  }

  @Test func `An unchanged file is known without reading it, a changed one is not`() async throws {
    let temporary = try TemporaryLedger(migrations)
    let files = try TemporaryFolder()
    let path = files.path("t.csv")
    try Data("x,y\n1,2\n".utf8).write(to: URL(fileURLWithPath: path))
    // As if written a minute ago: a file that just changed is not trusted.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: path)
    let intake = IntakeRequest(
      sources: [.init(source: "t.csv", part: "data")], baseFolder: files.path,
      objectsFolder: files.path("objects"))
    #expect(try await SourceCatalog.known(request: intake, ledger: temporary.ledger) == nil)
    let taken = try await SourceIntake(objects: ObjectStore(root: intake.objectsFolder)).take(
      intake)
    try await SourceCatalog.remember(taken.stats, ledger: temporary.ledger)
    #expect(
      try await SourceCatalog.known(request: intake, ledger: temporary.ledger) == taken.sources)
    try Data("x,y\n1,3\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try await SourceCatalog.known(request: intake, ledger: temporary.ledger) == nil)
  }
}
