import Basics
import Foundation
import TestSupport
import Testing

/// The real program, killed while it restores.
struct RestoreKillTests {
  let folder: TemporaryFolder
  let home: FactoryHome

  init() throws {
    folder = try TemporaryFolder()
    home = FactoryHome(path: folder.path("home"))
    try home.prepare()
  }

  /// Starts `aifactory` with `arguments`.
  func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: packageFolder + "/.build/debug/aifactory")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test(.timeLimit(.minutes(3)))
  func `a restore that is killed at any moment leaves no half factory and can be run again`()
    async throws
  {
    let ledger = try Ledger(path: home.ledgerPath, migrations: BasicsMigrations.all)
    for value in 0..<400 {
      _ = try home.objects.insert(bytes: Array("object \(value)".utf8))
    }
    try await ledger.close()
    let file = folder.path("backup.tar")
    _ = try HomeBackup(home).write(to: file, program: "test", nowMs: 0)
    let wanted = try home.objects.all()

    var killed = 0
    for round in 0..<12 {
      let target = FactoryHome(path: folder.path("target-\(round)"))
      let restore = try start(["restore", file, "--home", target.path])
      // The kill comes at a moment of the restore's own progress: after that many objects.
      let objects = round * 35
      while restore.isRunning, (try? target.objects.all().count) ?? 0 < objects {
        await Task.yield()
      }
      kill(restore.processIdentifier, SIGKILL)
      restore.waitUntilExit()
      if FileTree.exists(target.ledgerPath) {
        #expect(try target.objects.all() == wanted)
      } else {
        killed += 1
        let again = try start(["restore", file, "--home", target.path])
        again.waitUntilExit()
        #expect(again.terminationStatus == 0)
        #expect(try target.objects.all() == wanted)
        for digest in wanted { try target.objects.verify(digest) }
        let copy = try Ledger(path: target.ledgerPath, migrations: BasicsMigrations.all)
        try await copy.close()
        try target.objects.removeLeftovers()
        #expect(try FileTree.names(in: target.objectsPath + "/tmp").isEmpty)
      }
    }
    #expect(killed > 0)
  }

  @Test func `doctor says what is missing and ends with 3`() throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: packageFolder + "/.build/debug/aifactory")
    process.arguments = ["doctor", "--home", home.path, "--output", "json"]
    var environment = ProcessInfo.processInfo.environment
    environment["AIFACTORY_ENGINES"] = folder.path("no-engines")
    process.environment = environment
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 3)
    let report = try JSONValue(parsing: Array(bytes))
    #expect(report["ok"] == .bool(false))
    let missing = report["checks"]?.arrayValue?.filter { $0["status"] == .string("missing") }
    #expect(missing?.compactMap { $0["name"]?.stringValue } == ["engine duckdb", "engine xgboost"])
    #expect(
      missing?.allSatisfy { $0["hint"]?.stringValue?.contains("engines install") == true } == true)
  }
}
