import Basics
import Testing

@testable import Experimentation

struct ArtifactStoreTests {
  @Test func `folders list their own names once, whatever lies below`() async throws {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    let store = ArtifactStore(ledger: folder.ledger)
    let paths = [
      "1/r/artifacts/a.txt", "1/r/artifacts/b/c", "1/r/artifacts/b/d/e", "1/r/artifacts/b0",
      "1/r/artifacts/b.txt", "1/r/artifacts/b/d/f", "1/r/artifacts/b-x/y", "1/r/artifacts/ä/z",
      "1/r2/artifacts/other",
    ]
    for path in paths { try await put(path, folder.ledger) }
    #expect(
      try await store.list("1/r/artifacts").map(\.name).sorted()
        == ["a.txt", "b", "b-x", "b.txt", "b0", "ä"])
    #expect(try await store.list("1/r/artifacts/b").map(\.bytes) == [3, nil])
    #expect(try await store.list("1").map(\.name) == ["r", "r2"])
    #expect(try await store.list("").map(\.name) == ["1"])
    #expect(try await store.list("1/r/artifacts/a.txt").isEmpty)

    try await folder.ledger.write { try ArtifactStore.delete("1/r/artifacts/b", in: $0) }
    #expect(try await store.file("1/r/artifacts/b/d/e") == nil)
    #expect(try await store.file("1/r/artifacts/b0") != nil)
  }

  @Test func `a name is a file or a folder, never both`() async throws {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    try await put("1/a/b", folder.ledger)
    try await put("1/a/b", folder.ledger)
    for path in ["1/a/b/c", "1/a", "1/a/b/c/d"] {
      await #expect(throws: ExperimentationError.self) { try await put(path, folder.ledger) }
    }
  }

  private func put(_ path: String, _ ledger: Ledger) async throws {
    let file = ArtifactFile(path: path, sha256: ObjectDigest(of: path), bytes: 3)
    try await ledger.write { try ArtifactStore.put(file, nowMs: 1, in: $0) }
  }
}
