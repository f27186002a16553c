import Basics
import Foundation
import Testing

/// What was answered is kept: under SIGKILL, in a copy of the disk, and on a disk that is full.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TrackingDurabilityTests {
  @Test func `a server killed under writes of every kind keeps each that it answered`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let facts = factory.folder + "/facts"
    for wanted in [200, 1_000] {
      let client = try MLflowClient(factory)
      let load = try client.start("mixed_load.py", ["write", facts])
      try await factory.until(120, "\(wanted) answers") {
        !load.process.isRunning || count(facts) >= wanted
      }
      kill(client.pid, SIGKILL)
      #expect(try load.end().text == "")
      #expect(count(facts) >= wanted)

      let again = try MLflowClient(factory)
      #expect(again.pid != client.pid)
      let (status, text) = try again.start(
        "mixed_load.py", ["check", facts, factory.home + "/factory.sqlite"]
      ).end()
      #expect(status == 0, "\(text)")
      for kind in ["alias", "status", "points", "param", "tag", "no tag", "input", "stage"] {
        #expect(text.contains("\"\(kind)\""), "\(kind) was not written: \(text)")
      }
      #expect(try factory("stop").status == 0)
    }
  }

  /// A server that stands still at a moment nobody chose is what a power cut leaves, but for what
  /// the disk itself has not written; synchronizations are counted elsewhere.
  @Test func `a copy of the database at any moment holds all that was answered before`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let facts = factory.folder + "/facts"
    let client = try MLflowClient(factory)
    let load = try client.start("mixed_load.py", ["write", facts])
    var copies: [(factory: FactoryProgram, facts: String)] = []
    defer { for copy in copies { copy.factory.close() } }
    for round in 1...4 {
      try await factory.until(120, "\(round * 250) answers") {
        !load.process.isRunning || count(facts) >= round * 250
      }
      let copy = try FactoryProgram()
      copies.append((copy, copy.folder + "/facts"))
      try FileManager.default.createDirectory(
        atPath: copy.home, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      for file in noteFiles(facts) {
        try FileManager.default.copyItem(
          atPath: file, toPath: copy.folder + "/" + (file as NSString).lastPathComponent)
      }
      kill(client.pid, SIGSTOP)
      defer { kill(client.pid, SIGCONT) }
      for name in ["factory.sqlite", "factory.sqlite-wal"] {
        try FileManager.default.copyItem(
          atPath: factory.home + "/" + name, toPath: copy.home + "/" + name)
      }
    }
    _ = FileManager.default.createFile(atPath: facts + ".stop", contents: nil)
    #expect(try load.end().text == "")
    for copy in copies {
      let client = try MLflowClient(copy.factory)
      let (status, text) = try client.start(
        "mixed_load.py", ["check", copy.facts, copy.factory.home + "/factory.sqlite"]
      ).end()
      #expect(status == 0, "\(text)")
      #expect(text.contains("\"alias\""), "\(text)")
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root and unshare(1)"))
  func `a full disk refuses what is logged and says when to come back, and reads go on`()
    async throws
  {
    let factory = try FactoryProgram(smallDisk: "", megabytes: 24)
    defer { factory.close() }
    let disk = try #require(factory.disk)
    let told = factory.folder + "/told"
    let client = try MLflowClient(factory)
    let filling = try client.start("full_disk.py", ["fill", told])
    try await factory.until(60, "it is ready") {
      try !filling.process.isRunning || filling.text.contains("ready")
    }
    try disk.fill()
    try filling.goOn()
    let (filled, said) = try filling.end()
    #expect(filled == 0, "\(said)")

    try disk.free()
    let (checked, verdict) = try client.start("full_disk.py", ["check", told]).end()
    #expect(checked == 0, "\(verdict)")
    #expect(try factory.serverFile().pid == client.pid, "it was not started anew")
  }

  /// The files in which each connection notes what was answered.
  private func noteFiles(_ facts: String) -> [String] {
    (0..<6).map { "\(facts).\($0)" }.filter { FileTree.exists($0) }
  }

  /// How many answers were noted.
  private func count(_ facts: String) -> Int {
    noteFiles(facts).reduce(0) { sum, file in
      // A file that is being made is empty.
      sum + (FileManager.default.contents(atPath: file)?.count { $0 == UInt8(ascii: "\n") } ?? 0)
    }
  }
}
