import Basics
import Foundation
import Glibc

/// The folder of a job as it was when the job was first staged: an archive beside the job's files.
///
/// Later attempts run with the same files, whatever became of the folder.
struct JobSnapshot: Sendable {
  /// Most bytes of a folder that is sent to a site with each job.
  static let mostBytes: Int64 = 2 << 30
  /// What is left out: repositories, and what Python makes again.
  private static let leftOut = ["--exclude-vcs", "--exclude=__pycache__", "--exclude=.venv"]

  /// Folder of the archive: the job's own, or that of its array.
  let folder: String
  /// Folder of the job on this machine.
  let jobFolder: String

  private var archivePath: String { folder + "/staging.tar" }
  private var marker: String { jobFolder + "/staged" }

  /// Whether the site has it.
  var isStaged: Bool { FileTree.exists(marker) }

  /// The archive of a folder, made unless it is there; nil for a folder that is empty or absent.
  ///
  /// - Throws: `JobError` with `specInvalid` for a folder that cannot be sent; with `siteUnreachable` where it
  ///   changed while it was read, which is tried again.
  func archive(of source: String) async throws -> String? {
    if !FileTree.exists(archivePath) {
      guard try await Self.isWorthSending(source) else { return nil }
      try await make(source)
    }
    return archivePath
  }

  /// Remembers that the site has it, and frees the space unless others need it, too.
  func keepStaged() throws {
    try FileTree.write([], to: marker)
    if folder == jobFolder { try FileTree.remove(archivePath) }
  }

  private static func isWorthSending(_ folder: String) async throws -> Bool {
    try await offTask {
      guard FileTree.isFolder(folder), try !FileTree.names(in: folder).isEmpty else { return false }
      let bytes = FileTree.ownBytes(of: folder)
      guard bytes <= mostBytes else {
        throw JobError(
          .specInvalid,
          "the folder \(folder) has \(megabytes(bytes)) MB; at most \(megabytes(mostBytes)) MB are "
            + "sent to a site with a job",
          hint: "Start the job in a smaller folder (--directory), and keep large data at the site.")
      }
      return true
    }
  }

  private func make(_ source: String) async throws {
    try FileTree.createFolder(folder)
    // Another job of the array may be at it, too.
    let temporary = "\(archivePath).\(Identifier<Job>.random())"
    let run = CommandRun(
      program: "tar",
      arguments: ["--create", "--file", temporary, "--directory", source] + Self.leftOut
        + ["--", "."],
      environment: ProcessInfo.processInfo.environment, patience: .seconds(600))
    defer { unlink(temporary) }
    guard let answer = try await run.answer() else {
      throw JobError(.specInvalid, "the folder \(source) could not be packed within 600 seconds")
    }
    let words = answer.errors.split(separator: "\n").first.map(String.init) ?? ""
    // tar(1): 1 is for files that changed while they were read.
    guard answer.status != 1 else {
      throw JobError(.siteUnreachable, "the folder \(source) changed while it was packed: \(words)")
    }
    guard answer.status == 0 else {
      throw JobError(.specInvalid, "the folder \(source) cannot be packed: \(words)")
    }
    try FileTree.rename(temporary, to: archivePath)
  }
}
