import Basics
import Foundation
import TestSupport
import Testing

/// The real program backs a home up through its running server.
struct BackupWhileServingTests {
  let folder: TemporaryFolder
  let home: FactoryHome

  init() throws {
    folder = try TemporaryFolder()
    home = FactoryHome(path: folder.path("home"))
  }

  func program(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: packageFolder + "/.build/debug/aifactory")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  func run(_ arguments: [String]) throws -> Int32 {
    let process = program(arguments)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test(.timeLimit(.minutes(2)))
  func `a backup is made by the server that runs, and its copy serves`() async throws {
    let file = folder.path("backup.tar")
    let server = program([
      "serve", "--home", home.path, "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0",
    ])
    try server.run()
    defer { kill(server.processIdentifier, SIGKILL) }
    while server.isRunning, !FileTree.exists(home.serverFilePath) {
      try await Task.sleep(for: .milliseconds(5))
    }
    let digest = try home.objects.insert(bytes: Array("an object".utf8))
    #expect(try run(["backup", file, "--home", home.path]) == 0)
    #expect(try run(["backup", file, "--home", home.path]) != 0)
    #expect(try run(["restore", file, "--home", home.path]) != 0)
    #expect(try run(["stop", "--home", home.path]) == 0)

    let copy = FactoryHome(path: folder.path("copy"))
    #expect(try run(["restore", file, "--home", copy.path]) == 0)
    #expect(copy.objects.contains(digest))
    // Without a server the command copies the home itself.
    #expect(try run(["backup", folder.path("again.tar"), "--home", copy.path]) == 0)
    #expect(try run(["backup", folder.path("none.tar"), "--home", folder.path("nothing")]) != 0)
    #expect(!FileTree.exists(folder.path("nothing")))
  }
}
