import Basics
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Compute

struct CodeSnapshotTests {
  private static func code(_ folder: TemporaryFolder, _ name: String) -> CodeSnapshot {
    CodeSnapshot(folder: folder.path(name), objects: folder.objects)
  }

  @Test func `the same files have the same snapshot, wherever and whenever`() async throws {
    let folder = try TemporaryFolder()
    for name in ["one", "two", "three", "four"] {
      try folder.write("print(1)\n", to: name + "/main.py")
      try folder.write("x", to: name + "/lib/util.py")
    }
    try folder.write("y", to: "three/lib/util.py")
    #expect(chmod(folder.path("four/main.py"), 0o755) == 0)
    let one = try await Self.code(folder, "one").take()
    #expect(try await Self.code(folder, "two").take() == one)
    #expect(try await Self.code(folder, "three").take() != one)
    // Whether it can be run belongs to a file.
    #expect(try await Self.code(folder, "four").take() != one)
    #expect(try folder.objects.manifest(one).files.map(\.path) == ["lib/util.py", "main.py"])
  }

  @Test func `an archive gives back files, what can be run, and links`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\necho ran\n", to: "code/bin/run")
    #expect(chmod(folder.path("code/bin/run"), 0o755) == 0)
    let long = String(repeating: "long-name/", count: 20) + "end.txt"
    try folder.write("deep", to: "code/" + long)
    try folder.write("", to: "code/empty")
    #expect(symlink("bin/run", folder.path("code/go")) == 0)
    #expect(symlink("/etc", folder.path("code/etc")) == 0)
    let digest = try await Self.code(folder, "code").take()
    let archive = folder.path("code.tar")
    let maker = CodeArchive(objects: folder.objects, snapshot: digest.hex)
    try await maker.make(at: archive)
    let first = try ObjectDigest(ofFile: archive)
    try FileTree.remove(archive)
    try await maker.make(at: archive)
    #expect(try ObjectDigest(ofFile: archive) == first)
    #expect(try FileTree.names(in: folder.path).sorted() == ["code", "code.tar", "objects"])
    let out = folder.path("out")
    try FileTree.createFolder(out)
    let tar = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"), arguments: ["tar", "-xf", archive, "-C", out])
    tar.waitUntilExit()
    #expect(try folder.text("out/" + long) == "deep")
    #expect(try folder.text("out/go").contains("echo ran"))
    #expect(access(out + "/bin/run", X_OK) == 0)
    #expect(access(out + "/empty", W_OK) == 0)
    #expect(FileTree.isFolder(out + "/etc"))
  }

  private static func refusal(_ snapshot: CodeSnapshot) async throws -> JobError {
    try #require(await #expect(throws: JobError.self) { try await snapshot.take() })
  }

  @Test func `a link that points out of the folder is refused with its name`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "code/main.py")
    try folder.write("x", to: "data.csv")
    #expect(symlink("../data.csv", folder.path("code/data.csv")) == 0)
    let error = try await Self.refusal(Self.code(folder, "code"))
    #expect(error.code == .codeInvalid)
    #expect(error.message.contains("data.csv"))
  }

  @Test func `no folder, an empty one and one that is too large are refused`() async throws {
    let folder = try TemporaryFolder()
    #expect(try await Self.refusal(Self.code(folder, "none")).message.contains("no folder"))
    try folder.write("*\n", to: "empty/.gitignore")
    #expect(try await Self.refusal(Self.code(folder, "empty")).message.contains("no files"))
    try folder.write("x", to: "large/main.py")
    try folder.write("", to: "large/weights.bin")
    // A file without blocks: nothing of it is read.
    #expect(truncate(folder.path("large/weights.bin"), 2 << 30) == 0)
    let large = try await Self.refusal(Self.code(folder, "large"))
    #expect(large.message.contains("weights.bin"))
    #expect(large.hint?.contains(".gitignore") == true)
    try FileTree.createFolder(folder.path("many"))
    for number in 0...CodeSnapshot.mostFiles {
      let file = creat(folder.path("many/\(number)"), 0o600)
      guard file >= 0 else { throw JobError(.systemFailure, "cannot make a file") }
      close(file)
    }
    #expect(try await Self.refusal(Self.code(folder, "many")).message.contains("10001 files"))
  }

  @Test(.timeLimit(.minutes(1)))
  func `a file that is written to while it is read is noticed`() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 7, count: 7 << 20), to: "code/log.txt")
    let writer = try Process.run(
      URL(fileURLWithPath: "/bin/sh"),
      arguments: ["-c", "while :; do printf x >>\"$0\" || exit; done", path])
    defer {
      // A test's thread may have TERM blocked, which its child inherits.
      kill(writer.processIdentifier, SIGKILL)
      writer.waitUntilExit()
    }
    let before = try FileTree.status(of: path).bytes
    while try FileTree.status(of: path).bytes == before {
      try await Task.sleep(for: .milliseconds(5))
    }
    let error = try #require(
      await #expect(throws: BasicsError.self) { try await Self.code(folder, "code").take() })
    #expect(error.code == .fileChanged)
    #expect(error.message.contains("log.txt"))
  }
}
