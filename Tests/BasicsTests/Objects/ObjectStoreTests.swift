import Basics
import TestSupport
import Testing

struct ObjectStoreTests {
  let folder: TemporaryFolder
  let store: ObjectStore

  init() throws {
    folder = try TemporaryFolder()
    store = folder.objects
  }

  @Test func `the same bytes have one name however they come in`() async throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try folder.write(bytes, to: "data.bin")
    let chunks = AsyncStream<[UInt8]> { continuation in
      for start in stride(from: 0, to: bytes.count, by: 70_001) {
        continuation.yield(Array(bytes[start..<min(start + 70_001, bytes.count)]))
      }
      continuation.finish()
    }
    let first = try await store.put(file: path)
    #expect(first == ObjectDigest(of: bytes))
    #expect(try await store.put(bytes: bytes) == first)
    #expect(try await store.put(stream: chunks) == first)
    #expect(try store.all() == [first])
    #expect(FileTree.exists(path))
    #expect(try await store.put(file: path, move: true) == first)
    #expect(!FileTree.exists(path))
    #expect(try store.read(first) == bytes)
    #expect(try FileTree.names(in: folder.path("objects/tmp")).isEmpty)
  }

  @Test func `the digest of nothing is SHA-256's`() throws {
    let digest = try store.insert(bytes: [])
    #expect(digest.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(store.path(of: digest).hasSuffix("objects/e3/\(digest.hex)"))
  }

  @Test func `a stream that fails leaves nothing`() async throws {
    struct Broken: Error {}
    let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield([1, 2, 3])
      continuation.finish(throwing: Broken())
    }
    await #expect(throws: Broken.self) { try await store.put(stream: stream) }
    #expect(try store.all().isEmpty)
    #expect(try FileTree.names(in: folder.path("objects/tmp")).isEmpty)
  }

  @Test func `a damaged object is noticed and replaced by the next put`() throws {
    let digest = try store.insert(bytes: [1, 2, 3])
    try FileTree.remove(store.path(of: digest))
    try folder.write([9, 9], to: "objects/\(digest.hex.prefix(2))/\(digest.hex)")
    #expect(throws: BasicsError.self) { try store.read(digest) }
    #expect(throws: BasicsError.self) { try store.verify(digest) }
    #expect(try store.insert(bytes: [1, 2, 3]) == digest)
    try store.verify(digest)
  }

  @Test func `a folder comes back as it was`() async throws {
    try folder.write("one", to: "in/a.txt")
    try folder.write("two", to: "in/deep/er/b.txt")
    try folder.write("", to: "in/empty")
    let (digest, manifest) = try await store.putFolder(path: folder.path("in"))
    #expect(manifest.files.map(\.path) == ["a.txt", "deep/er/b.txt", "empty"])
    #expect(try manifest.digest == digest)
    try store.materialize(digest, into: folder.path("out/model"))
    #expect(try folder.text("out/model/deep/er/b.txt") == "two")
    #expect(try await store.putFolder(path: folder.path("out/model")).digest == digest)
    #expect(try FileTree.names(in: folder.path("out")) == ["model"])
  }

  @Test func `a folder whose object is missing is not laid out at all`() throws {
    try folder.write("one", to: "in/a.txt")
    try folder.write("two", to: "in/b.txt")
    let (digest, manifest) = try store.insertFolder(folder.path("in"))
    try FileTree.remove(store.path(of: manifest.files[1].sha256))
    let error = #expect(throws: BasicsError.self) {
      try store.materialize(digest, into: folder.path("out"))
    }
    #expect(error?.code == .objectMissing)
    #expect(!FileTree.exists(folder.path("out")))
    #expect(try FileTree.names(in: folder.path) == ["in", "objects"])
  }

  @Test func `a manifest that leaves its folder is refused`() throws {
    let digest = try store.insert(bytes: [1])
    let bad = FolderManifest(files: [.init(path: "../evil", sha256: digest, bytes: 1)])
    let stored = try store.insert(bytes: try bad.encoded())
    #expect(throws: BasicsError.self) { try store.materialize(stored, into: folder.path("out")) }
    #expect(!FileTree.exists(folder.path("evil")))
  }

  @Test func `only what dead writers left is removed`() throws {
    let writer = try store.writer()
    try writer.write([1])
    try folder.write("x", to: "objects/tmp/999999999-1")
    try store.removeLeftovers()
    #expect(try FileTree.names(in: folder.path("objects/tmp")).count == 1)
    #expect(try writer.finish() == ObjectDigest(of: [1]))
  }

  @Test func `concurrent writers of the same bytes all succeed`() async throws {
    let bytes = [UInt8](repeating: 7, count: 200_000)
    let store = store
    try await withThrowingTaskGroup(of: ObjectDigest.self) { group in
      for _ in 0..<16 { group.addTask { try await store.put(bytes: bytes) } }
      for try await digest in group { #expect(digest == ObjectDigest(of: bytes)) }
    }
    #expect(try store.all().count == 1)
  }
}
