import Basics
import Glibc
import TestSupport
import Testing

struct FactoryHomeTests {
  @Test func `one home has one server`() throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path("home"))
    #expect(!HomeLock.isHeld(home))
    var lock: HomeLock? = try HomeLock(home)
    #expect(lock != nil && HomeLock.isHeld(home))
    #expect(#expect(throws: BasicsError.self) { try HomeLock(home) }?.code == .homeInUse)
    lock = nil
    #expect(!HomeLock.isHeld(home))
    _ = try HomeLock(home)
  }

  @Test func `the server file is its owner's alone and comes back`() throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path)
    #expect(try ServerFile.read(home) == nil)
    let file = ServerFile(
      url: "http://127.0.0.1:8420", gateway: "http://127.0.0.1:8421", host: "here", pid: 7,
      version: "0.1.0", token: "secret")
    try file.write(home)
    #expect(try ServerFile.read(home) == file)
    var status = stat()
    #expect(stat(home.serverFilePath, &status) == 0 && status.st_mode & 0o777 == 0o600)
    try folder.write("{", to: "server.json")
    #expect(throws: BasicsError.self) { try ServerFile.read(home) }
  }

  @Test func `the file of a server that has gone counts no more`() throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path)
    var file = ServerFile(
      url: "http://127.0.0.1:1", gateway: "http://127.0.0.1:2", host: "here", pid: getpid(),
      version: "0.1.0", token: "secret")
    try file.write(home)
    #expect(try ServerFile.running(home) == nil)
    let lock = try HomeLock(home)
    #expect(try ServerFile.running(home) == file)
    file.pid += 1
    try file.write(home)
    #expect(try ServerFile.running(home) == nil)
    withExtendedLifetime(lock) {}
  }

  @Test func `asking for a lock gets in nobody's way`() async throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<2_000 { _ = HomeLock.isHeld(home) } }
      }
      for _ in 0..<2_000 { _ = try HomeLock(home) }
      try await group.waitForAll()
    }
  }

  @Test func `a home has one spelling`() {
    #expect(FactoryHome(path: "/a/b//").path == "/a/b")
    #expect(FactoryHome.resolve(option: "/x").path == "/x")
    #expect(FactoryHome(path: "rel").path.hasSuffix("/rel"))
  }
}
