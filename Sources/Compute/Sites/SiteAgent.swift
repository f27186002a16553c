import Basics
import Foundation
import Glibc
import JobProtocol

/// The agent's program in a site's scratch folder, under its digest.
///
/// Attempts of an older program keep theirs.
struct SiteAgent: Sendable {
  /// Path of this installation's own agent.
  let own: String

  /// Its path at a site.
  func path(in folders: SiteFolders) throws -> String {
    Self.path(try ObjectDigest(ofFile: own), in: folders)
  }

  static func path(_ digest: ObjectDigest, in folders: SiteFolders) -> String {
    "\(folders.agents)/\(prefix)\(digest.hex.prefix(digits))"
  }

  private static let prefix = "aifactory-agent-"
  private static let digits = 16

  /// The first name of an agent in a text, such as a batch script.
  static func name(in text: String) -> String? {
    guard let start = text.range(of: prefix) else { return nil }
    let digest = text[start.upperBound...].prefix(digits)
    let isWhole = digest.utf8.count == digits && digest.allSatisfy(\.isHexDigit)
    return isWhole ? prefix + digest : nil
  }

  /// The agents that attempts name which have not ended, by their batch scripts.
  static func names(of attempts: [AttemptFolder]) async throws -> Set<String> {
    try await offTask {
      Set(
        attempts.compactMap { folder in
          // One that is just being made will have this installation's.
          guard let script = try? FileTree.read(folder.batchScript, limit: 1 << 20) else {
            return nil
          }
          return name(in: String(decoding: script, as: UTF8.self))
        })
    }
  }

  /// Puts the agent there unless it is there with all its bytes.
  func install(in folders: SiteFolders) async throws {
    let own = own
    try await offTask {
      let bytes = try FileTree.read(own)
      let digest = ObjectDigest(of: bytes)
      let path = Self.path(digest, in: folders)
      // Cut short by a full disk or changed by somebody, it is written anew.
      if FileTree.exists(path), try ObjectDigest(ofFile: path) == digest { return }
      try FileTree.createFolder(folders.agents)
      try FileTree.createFolder(folders.jobs)
      try FileTree.write(bytes, to: path, mode: 0o755)
      guard chmod(path, 0o755) == 0 else { throw AttemptFiles.systemError("cannot run \(path)") }
    }
  }
}
