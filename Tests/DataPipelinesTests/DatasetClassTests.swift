import GRDB
import TestSupport
import Testing

@testable import Basics
@testable import DataPipelines

@Suite struct DatasetClassTests {
  private let temporary: TemporaryLedger
  private let store: DatasetStore

  init() throws {
    temporary = try TemporaryLedger(DataPipelinesMigrations.all)
    store = DatasetStore(ledger: temporary.ledger)
  }

  /// A version of a dataset, made from files that each are one letter again and again.
  @discardableResult
  private func register(
    _ name: String, from files: String, as dataClass: DataClass = .usual
  ) async throws -> DatasetVersion {
    let sources = files.map { letter in
      DatasetManifest.Source(
        name: "\(letter).csv", sha256: String(repeating: letter, count: 64), bytes: 1,
        part: "data")
    }
    let request = DatasetRequest(
      name: name, files: sources.map { .init(source: $0, path: "/\($0.name)") }, target: "y",
      exclude: [name], outputFolder: "")
    let manifest = DatasetManifest(
      name: name,
      columns: [DatasetManifest.Column(name: "y", type: .integer, role: .target)], rowCount: 9,
      splitRowCounts: ["train": 9], sources: sources, splitRule: "random",
      converterVersion: DatasetBuilder.converterVersion)
    return try await temporary.ledger.write { db in
      try DatasetStore.register(
        manifest: manifest, request: request, folder: ObjectDigest(of: files), job: nil,
        dataClass: dataClass, nowMs: 1, in: db)
    }
  }

  private func dataClass(_ reference: String) async throws -> DataClass {
    try await store.resolve(reference).dataClass
  }

  @Test func `a class holds for all versions, and for what is made of their files elsewhere`()
    async throws
  {
    try await register("patients", from: "a")
    try await register("joined", from: "ab")
    try await register("sites", from: "b")
    #expect(try await dataClass("patients") == .public)
    #expect(try await store.classify("patients", as: .confidential).dataClass == .confidential)
    #expect(try await dataClass("patients") == .confidential)
    #expect(try await dataClass("joined") == .confidential, "the most restricted of its files")
    #expect(try await dataClass("sites") == .public, "joining raises nobody else")
    // A later version, of another file, and that file from then on.
    #expect(try await register("patients", from: "c").dataClass == .confidential)
    #expect(try await register("copy", from: "c").dataClass == .confidential)
    let most = try await store.mostRestricted(ofFiles: ["b", "c"].map { same($0) })
    #expect(most?.dataset == "patients" && most?.dataClass == .confidential)
    #expect(try await store.mostRestricted(ofFiles: [same("d")]) == nil)
    let listed = try await store.datasets()
    #expect(listed.first { $0.name == "joined" }?.dataClass == .public)
    #expect(listed.first { $0.name == "joined" }?.latest.dataClass == .confidential)
  }

  @Test func `a class is raised with a version, and lowered only when that is said`() async throws {
    #expect(try await register("a", from: "a", as: .internal).dataClass == .internal)
    #expect(try await register("a", from: "b", as: .public).dataClass == .internal)
    let error = await #expect(throws: DataError.self) { try await store.classify("a", as: .public) }
    #expect(error?.code == .dataClassConflict)
    #expect(try await store.classify("a", as: .public, mayLower: true).dataClass == .public)
    #expect(try await dataClass("a@1") == .public)
    let missing = await #expect(throws: DataError.self) {
      try await store.classify("none", as: .public)
    }
    #expect(missing?.code == .datasetNotFound)
  }

  @Test func `versions from before there were classes have their files noted`() async throws {
    let version = try await register("old", from: "a")
    // As a ledger looks that an older program wrote.
    try await temporary.ledger.write { db in
      try db.execute(
        sql: """
          DROP TABLE datasetSource;
          ALTER TABLE dataset RENAME COLUMN dataClass TO formerClass;
          """)
      try DataPipelinesMigrations.all.last?.migrate(db)
    }
    try await store.classify("old", as: .restricted)
    #expect(try await dataClass(version.id.rawValue) == .restricted)
    #expect(try await register("new", from: "a").dataClass == .restricted)
  }

  @Test func `a word that is no class is refused with those that are`() {
    let error = #expect(throws: BasicsError.self) { try DataClass(word: "secret") }
    #expect(error?.code == .dataClassInvalid)
    #expect(error?.hint?.contains("public, internal, confidential, restricted") == true)
  }

  private func same(_ letter: String) -> String { String(repeating: letter, count: 64) }
}
