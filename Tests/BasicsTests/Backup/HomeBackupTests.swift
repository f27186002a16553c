import Foundation
import GRDB
import TestSupport
import Testing

@testable import Basics

struct HomeBackupTests {
  let folder: TemporaryFolder
  let home: FactoryHome
  let ledger: Ledger
  var file: String { folder.path("backup.tar") }
  var restored: FactoryHome { FactoryHome(path: folder.path("restored")) }

  static let table = SchemaMigration(identifier: "test-0001") { db in
    try db.execute(
      sql: "CREATE TABLE item (value INTEGER NOT NULL PRIMARY KEY, digest TEXT NOT NULL) STRICT")
  }

  init() throws {
    folder = try TemporaryFolder()
    home = FactoryHome(path: folder.path("home"))
    try home.prepare()
    ledger = try Ledger(path: home.ledgerPath, migrations: BasicsMigrations.all + [Self.table])
  }

  func add(_ value: Int) async throws {
    let digest = try await home.objects.put(bytes: Array("object \(value)".utf8))
    try await ledger.write {
      try $0.execute(sql: "INSERT INTO item VALUES (?, ?)", arguments: [value, digest.hex])
    }
  }

  func back() throws -> (manifest: BackupManifest, bytes: Int64) {
    try HomeBackup(home).write(to: file, program: "1.0", nowMs: 1_700_000_000_000)
  }

  @Test func `a home comes back whole`() async throws {
    for value in 0..<50 { try await add(value) }
    try folder.write("segment", to: "home/gateway/predictions/wine/1.seg")
    try folder.write("events", to: "home/studies/study_1/journal")
    let (manifest, bytes) = try back()
    #expect(manifest.objectCount == 50 && manifest.files.count == 2)
    #expect(try FileTree.status(of: file).bytes == bytes)
    #expect(try HomeRestore(restored).read(from: file) == manifest)
    #expect(try restored.objects.all() == home.objects.all())
    #expect(try folder.text("restored/gateway/predictions/wine/1.seg") == "segment")
    #expect(try folder.text("restored/studies/study_1/journal") == "events")
    #expect(try FileTree.names(in: restored.temporaryPath).isEmpty)
    let copy = try Ledger(
      path: restored.ledgerPath, migrations: BasicsMigrations.all + [Self.table])
    #expect(try await copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM item") } == 50)
  }

  @Test func `an ordinary tar program reads the archive`() async throws {
    try await add(1)
    _ = try back()
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-tf", file]
    process.standardOutput = pipe
    try process.run()
    let names = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let digest = ObjectDigest(of: "object 1").hex
    #expect(
      names.split(separator: "\n")
        == ["factory.sqlite", "objects/\(digest.prefix(2))/\(digest)", "backup.json"])
  }

  @Test(.timeLimit(.minutes(1)))
  func `what a backup's ledger names is in the backup, while others write`() async throws {
    let (home, ledger, path) = (home, ledger, file)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for value in 0..<300 {
          let digest = try await home.objects.put(bytes: Array("object \(value)".utf8))
          try await ledger.write {
            try $0.execute(sql: "INSERT INTO item VALUES (?, ?)", arguments: [value, digest.hex])
          }
        }
      }
      group.addTask {
        _ = try await offTask { try HomeBackup(home).write(to: path, program: "1", nowMs: 0) }
      }
      try await group.waitForAll()
    }
    _ = try HomeRestore(restored).read(from: path)
    let copy = try Ledger(
      path: restored.ledgerPath, migrations: BasicsMigrations.all + [Self.table])
    let named = try await copy.read { try String.fetchAll($0, sql: "SELECT digest FROM item") }
    for hex in named {
      let digest = try #require(ObjectDigest(hex: hex))
      #expect(restored.objects.contains(digest))
    }
  }

  @Test func `every cut and every flipped byte of a backup is noticed`() async throws {
    for value in 0..<3 { try await add(value) }
    _ = try back()
    let whole = try FileTree.read(file)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<60 {
      var bytes = whole
      if round % 2 == 0 {
        bytes.removeLast(Int.random(in: 1_025..<bytes.count, using: &generator))
      } else {
        let position = Int.random(in: 0..<bytes.count - 1_024, using: &generator)
        bytes[position] ^= UInt8.random(in: 1...255, using: &generator)
      }
      try folder.write(bytes, to: "bad.tar")
      let target = FactoryHome(path: folder.path("bad-\(round)"))
      do {
        _ = try HomeRestore(target).read(from: folder.path("bad.tar"))
        // Only bytes that mean nothing (padding, owner, time) may differ: the content is whole.
        #expect(round % 2 == 1)
        #expect(try target.objects.all() == home.objects.all())
        for digest in try target.objects.all() { try target.objects.verify(digest) }
      } catch {
        #expect(!FileTree.exists(target.ledgerPath))
      }
    }
  }

  @Test func `a restore never touches a factory that is there`() async throws {
    try await add(1)
    _ = try back()
    let error = #expect(throws: BasicsError.self) { try HomeRestore(home).read(from: file) }
    #expect(error?.code == .restoreRefused)
    #expect(try await ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM item") } == 1)
  }

  @Test func `a restore that was interrupted is run again`() async throws {
    for value in 0..<5 { try await add(value) }
    _ = try back()
    let whole = try FileTree.read(file)
    try folder.write(Array(whole.prefix(whole.count / 2)), to: "half.tar")
    #expect(throws: BasicsError.self) {
      try HomeRestore(restored).read(from: folder.path("half.tar"))
    }
    _ = try HomeRestore(restored).read(from: file)
    #expect(try restored.objects.all().count == 5)
  }

  @Test func `a backup never replaces a file and leaves no half one`() async throws {
    try folder.write("mine", to: "backup.tar")
    #expect(throws: BasicsError.self) { try back() }
    #expect(try folder.text("backup.tar") == "mine")
    try FileTree.remove(file)
    let digest = try home.objects.insert(bytes: [1, 2, 3])
    try FileTree.remove(home.objects.path(of: digest))
    try folder.write([9], to: "home/objects/\(digest.hex.prefix(2))/\(digest.hex)")
    #expect(#expect(throws: BasicsError.self) { try back() }?.code == .objectDamaged)
    #expect(try FileTree.names(in: folder.path) == ["home"])
    #expect(try FileTree.names(in: home.temporaryPath).isEmpty)
  }

  @Test func `sizes beyond eight gigabytes survive the header`() throws {
    for bytes: Int64 in [0, 511, 1 << 33 - 1, 1 << 33, 1 << 40] {
      let header = TarHeader(name: "objects/ab/x", bytes: bytes, modifiedAt: 1_700_000_000)
      #expect(try TarHeader(header.encoded()) == header)
    }
  }
}
