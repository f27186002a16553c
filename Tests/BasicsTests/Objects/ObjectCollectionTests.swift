import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite(.timeLimit(.minutes(1))) struct ObjectCollectionTests {
  let folder: TemporaryFolder
  let store: ObjectStore

  init() throws {
    folder = try TemporaryFolder()
    store = folder.objects
  }

  /// A moment that what was put before lies before, and what is put afterwards lies after, by the
  /// kernel's clock of files.
  private func moment() throws -> Int64 {
    let start = Int64(Date().timeIntervalSince1970 * 1_000)
    var number = 0
    while true {
      let path = try folder.write("\(number)", to: "clock-\(number)")
      number += 1
      let now = try #require(FileTree.changedAtMs(path))
      if now > start + 1 { return now }
    }
  }

  @Test func `what is named stays, with all that a manifest in it names`() throws {
    try folder.write("a", to: "files/a.txt")
    try folder.write("b", to: "files/sub/b.txt")
    let (manifest, _) = try store.insertFolder(folder.path("files"))
    let loose = try store.insert(bytes: Array("loose".utf8))
    let alike = try store.insert(bytes: Array(#"{"files":["no manifest"]}"#.utf8))
    let later = try moment()
    let kept = try store.reachable(from: [manifest, alike])
    #expect(kept.count == 4)
    let unnamed = try store.unnamed(besides: kept, notPutSinceMs: later)
    #expect(unnamed.map(\.digest) == [loose])
    #expect(unnamed.map(\.bytes) == [5])
    #expect(try store.remove([loose], notPutSinceMs: later).count == 1)
    #expect(try store.all().sorted() == kept.sorted())
  }

  @Test func `a damaged manifest stops the search before anything is removed`() throws {
    let (manifest, _) = try store.insertFolder(try folderWithFile())
    let path = store.path(of: manifest)
    chmod(path, 0o600)
    try FileTree.write(Array(#"{"files":[]}"#.utf8), to: path)
    #expect(throws: BasicsError.self) { try store.reachable(from: [manifest]) }
  }

  private func folderWithFile() throws -> String {
    try folder.write("a", to: "files/a.txt")
    return folder.path("files")
  }

  @Test func `an object that is put again counts as new, however it comes`() throws {
    let bytes = Array("again".utf8)
    let digest = try store.insert(bytes: bytes)
    let file = try folder.write(bytes, to: "again.txt")
    let puts: [() throws -> Void] = [
      { _ = try store.insert(bytes: bytes) }, { _ = try store.insert(file: file) },
      {
        let writer = try store.writer()
        try writer.write(bytes)
        _ = try writer.finish()
      },
      { _ = try store.insert(file: file, move: true) },
    ]
    for put in puts {
      let later = try moment()
      #expect(try store.unnamed(besides: [], notPutSinceMs: later).count == 1)
      try put()
      #expect(try store.unnamed(besides: [], notPutSinceMs: later).isEmpty)
      #expect(try store.remove([digest], notPutSinceMs: later).isEmpty)
    }
    #expect(try store.read(digest) == bytes)
  }

  @Test func `what is put while others remove is there afterwards`() async throws {
    let texts = (0..<40).map { Array("object \($0)".utf8) }
    let store = store
    for _ in 0..<15 {
      let digests = try texts.map { try store.insert(bytes: $0) }
      let later = try moment()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await offTask {
            for digest in digests.reversed() {
              _ = try store.remove([digest], notPutSinceMs: later)
            }
          }
        }
        group.addTask {
          try await offTask {
            for text in texts {
              let digest = try store.insert(bytes: text)
              // It was put after the moment: from here nobody may remove it.
              #expect(store.contains(digest))
            }
          }
        }
        try await group.waitForAll()
      }
      for digest in digests { #expect(throws: Never.self) { try store.verify(digest) } }
    }
  }
}
