import Basics
import Experimentation
import GRDB
import Testing

struct ModelStoreTests {
  private let package = String(repeating: "ab", count: 32)

  @Test func `versions count from 1 and the newest is the one meant without a number`()
    async throws
  {
    try await withStore { ledger, store in
      for expected in 1...3 {
        let made = try await store.createVersion(
          of: "wine", ModelVersionDraft(package: package), nowMs: Int64(expected))
        #expect(made.version == expected && made.status == .ready)
      }
      #expect(try await store.version(nil, of: "wine").version == 3)
      #expect(try await store.version(2, of: "wine").version == 2)
      let (model, versions) = try await store.model("wine")
      #expect(model.lastVersion == 3)
      #expect(versions.map(\.version) == [3, 2, 1])
      #expect(try await ledger.read { db in try ModelStore.packages(in: db) } == [package])
    }
  }

  @Test func `registering with the same key gives the same version`() async throws {
    try await withStore { ledger, store in
      let draft = ModelVersionDraft(registrationKey: "wr_1", package: package)
      let first = try await store.createVersion(of: "wine", draft, nowMs: 1)
      let again = try await store.createVersion(of: "wine", draft, nowMs: 2)
      #expect(first == again)
      let other = try await store.createVersion(of: "beer", draft, nowMs: 3)
      #expect(other.version == 1)
    }
  }

  @Test func `a version remembers what made it`() async throws {
    try await withStore { ledger, store in
      let run = try await RunStore(ledger: ledger).create(
        in: .standard, name: "r", job: "job_1", startedAtMs: 1)
      let draft = ModelVersionDraft(
        run: run.id, job: "job_1", datasetVersion: "dv_1", package: package,
        signature: #"[{"name":"a"}]"#, provenance: #"{"dataset":"dv_1"}"#)
      let made = try await store.createVersion(of: "wine", draft, nowMs: 1)
      #expect(made.draft == draft)
      let found = try await ledger.read { db in try ModelStore.versions(ofRun: run.id, in: db) }
      #expect(found == [made])
    }
  }

  @Test func `a draft that breaks a rule is refused and takes no number`() async throws {
    try await withStore { ledger, store in
      await expectCode(.runNotFound) {
        try await store.createVersion(of: "wine", ModelVersionDraft(run: .random()), nowMs: 1)
      }
      for draft in [
        ModelVersionDraft(package: "short"), ModelVersionDraft(signature: "{"),
        ModelVersionDraft(provenance: "no json"),
      ] {
        await #expect(throws: DatabaseError.self) {
          try await store.createVersion(of: "wine", draft, nowMs: 1)
        }
      }
      await expectCode(.modelNotFound) { _ = try await store.model("wine") }
      for name in ["", "a/b", "a:b", String(repeating: "x", count: 257)] {
        await expectCode(.invalidValue) {
          try await store.createVersion(of: name, ModelVersionDraft(), nowMs: 1)
        }
      }
      let first = try await store.createVersion(of: "wine", ModelVersionDraft(), nowMs: 1)
      #expect(first.version == 1)
    }
  }

  @Test func `an alias points to one version and may move`() async throws {
    try await withStore { ledger, store in
      for _ in 1...2 {
        try await store.createVersion(of: "wine", ModelVersionDraft(), nowMs: 1)
      }
      try await store.setAlias("champion", of: "wine", to: 1)
      try await store.setAlias("champion", of: "wine", to: 2)
      let found = try await ledger.read { db in
        try ModelStore.version(alias: "champion", of: "wine", in: db)
      }
      #expect(found.version == 2 && found.aliases == ["champion"])
      #expect(try await store.model("wine").model.aliases == ["champion": 2])
      try await ledger.write { db in
        try ModelStore.deleteAlias("champion", of: "wine", in: db)
      }
      await expectCode(.aliasNotFound) {
        _ = try await ledger.read { db in
          try ModelStore.version(alias: "champion", of: "wine", in: db)
        }
      }
    }
  }

  @Test(arguments: ["", "3", "v3", "V12", "latest"])
  func `what reads like a version is no alias`(alias: String) async throws {
    try await withStore { ledger, store in
      try await store.createVersion(of: "wine", ModelVersionDraft(), nowMs: 1)
      await expectCode(.invalidValue) { try await store.setAlias(alias, of: "wine", to: 1) }
    }
  }

  @Test func `what does not exist is told`() async throws {
    try await withStore { ledger, store in
      await expectCode(.modelNotFound) { _ = try await store.version(nil, of: "none") }
      try await store.createVersion(of: "wine", ModelVersionDraft(), nowMs: 1)
      await expectCode(.modelVersionNotFound) { _ = try await store.version(7, of: "wine") }
      await expectCode(.modelVersionNotFound) {
        try await store.setAlias("best", of: "wine", to: 7)
      }
      #expect(try await store.list().map(\.name) == ["wine"])
    }
  }

  @Test func `a prompt of MLflow's is not listed among the models`() async throws {
    try await withStore { ledger, store in
      try await store.createVersion(of: "wine", ModelVersionDraft(), nowMs: 1)
      try await store.createVersion(of: "greeting", ModelVersionDraft(), nowMs: 2)
      try await ledger.write { db in
        try ModelStore.setTag(
          "mlflow.prompt.is_prompt", "true", of: "greeting", project: "default", in: db)
      }
      #expect(try await store.list().map(\.name) == ["wine"])
    }
  }

  private func withStore(_ body: (Ledger, ModelStore) async throws -> Void) async throws {
    let test = try TestLedger()
    try await body(test.ledger, ModelStore(ledger: test.ledger))
    try test.remove()
  }
}
