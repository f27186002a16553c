import Basics
import Glibc

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
    "\(folders.agents)/aifactory-agent-\(digest.hex.prefix(16))"
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
