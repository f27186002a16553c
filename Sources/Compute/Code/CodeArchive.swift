import Basics
import Foundation
import Glibc

/// A snapshot as one file, from which each attempt unpacks a copy of its own.
///
/// One file, because the file systems of clusters are slow with many small ones, and because an
/// agent unpacks it in its attempt's own time.
struct CodeArchive: Sendable {
  let objects: ObjectStore
  /// Digest of the snapshot's manifest.
  let snapshot: String

  /// Makes the archive unless it is there; counts as used now.
  func make(at path: String) async throws {
    if try await offTask({ chmod(path, 0o600) == 0 && FileTree.touch(path) }) { return }
    guard let digest = ObjectDigest(hex: snapshot) else {
      throw JobError(.codeInvalid, "\(visible(snapshot)) is no snapshot of code")
    }
    let temporary = "\(path).\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
    let (folder, objects) = (temporary + ".d", objects)
    // Leftovers of a failure are removed with archives that nobody uses.
    defer {
      try? FileTree.remove(folder)
      unlink(temporary)
    }
    try await offTask { try Self.layOut(digest, of: objects, in: folder) }
    let run = CommandRun(
      program: "tar",
      arguments: [
        "--create", "--file", temporary, "--directory", folder, "--sort=name", "--owner=0",
        "--group=0", "--numeric-owner", "--mtime=2000-01-01 00:00:00Z", ".",
      ], environment: ProcessInfo.processInfo.environment, patience: .seconds(600))
    guard let answer = try await run.answer(), answer.status == 0 else {
      throw JobError(
        .systemFailure, "the code of the job could not be packed to \(temporary)",
        hint: "See whether the disk is full, and whether there is a program `tar`.")
    }
    try FileTree.rename(temporary, to: path)
  }

  private static func layOut(
    _ digest: ObjectDigest, of objects: ObjectStore, in folder: String
  ) throws {
    try FileTree.createFolder(folder)
    for entry in try objects.manifest(digest).files {
      let path = try safePath(entry.path, in: folder)
      try FileTree.createFolder(FileTree.folder(of: path))
      switch entry.kind {
      case nil: try objects.copy(entry.sha256, to: path, mode: 0o600)
      case .executable: try objects.copy(entry.sha256, to: path, mode: 0o700)
      case .link:
        let target = String(decoding: try objects.read(entry.sha256), as: UTF8.self)
        guard symlink(target, path) == 0 else {
          throw AttemptFiles.systemError("cannot make the link \(path)")
        }
      }
    }
  }
}
