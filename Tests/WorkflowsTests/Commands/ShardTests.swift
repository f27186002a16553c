import Basics
import DataPipelines
import Testing

@testable import Workflows

struct ShardTests {
  private func files(_ names: String...) -> [DatasetManifest.Source] {
    names.map { name in
      DatasetManifest.Source(
        name: name, sha256: ObjectDigest(of: Array(name.utf8)).hex, bytes: 1, part: Shard.part)
    }
  }

  @Test func `files are dealt out in the order of their names, whatever order they come in`() {
    let shards = Shard.deal(files("e", "b", "a", "d", "c"), into: 3)
    #expect(shards.map { $0.files.map(\.name) } == [["a", "d"], ["b", "e"], ["c"]])
    #expect(shards.map(\.title) == ["shard 0 of 3", "shard 1 of 3", "shard 2 of 3"])
  }

  @Test func `a shard without a file is not there`() {
    let shards = Shard.deal(files("a", "b"), into: 16)
    #expect(shards.map(\.number) == [0, 1])
    #expect(shards.allSatisfy { $0.count == 16 })
    #expect(Shard.deal([], into: 4).isEmpty)
  }

  @Test func `a file that comes last changes one shard alone`() {
    let before = Shard.deal(files("a", "b", "c", "d"), into: 3)
    let after = Shard.deal(files("a", "b", "c", "d", "e"), into: 3)
    #expect(zip(before, after).map { $0 == $1 } == [true, false, true])
  }

  @Test(arguments: [
    ("raw/cat/1.png", "raw/cat/1.png"), ("/data/raw/a.wav", "data/raw/a.wav"),
    ("../raw/a.wav", "raw/a.wav"), ("./a.wav", "a.wav"), ("~/raw/a.wav", "raw/a.wav"),
    ("s3://bucket/raw/a.wav", "bucket/raw/a.wav"), ("https://host/a.wav", "host/a.wav"),
  ])
  func `a file lies under its name, but never outside of the folder`(name: String, path: String) {
    #expect(Shard.path(of: name) == path)
  }

  @Test func `the folder of a shard changes with names and bytes, and has each path once`() throws {
    func digest(_ files: [DatasetManifest.Source]) throws -> ObjectDigest {
      try Shard(number: 0, count: 1, files: files).folder().digest
    }
    let one = files("raw/a", "raw/b")
    #expect(try digest(one) == digest(files("raw/a", "raw/b")))
    #expect(try digest(one) != digest(files("raw/a", "raw/c")))
    var changed = one
    changed[1].sha256 = ObjectDigest(of: Array("other".utf8)).hex
    #expect(try digest(one) != digest(changed))
    #expect(throws: WorkflowError.self) { try digest(files("raw/a", "../raw/a")) }
  }

  @Test func `a sentence names the first files and counts the others`() {
    let shard = Shard(number: 0, count: 1, files: files("a", "b", "c", "d", "e", "f", "g"))
    #expect(shard.fileWords == "'a', 'b', 'c', 'd', 'e' and 2 more")
    #expect(Shard(number: 0, count: 1, files: files("a")).fileWords == "'a'")
  }
}
