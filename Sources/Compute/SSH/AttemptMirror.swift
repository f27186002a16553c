import Basics
import Glibc
import JobProtocol

/// The files of an attempt on this machine that grow as those at its site do.
struct AttemptMirror {
  private static let names = ["journal", "stdout.log", "stderr.log", "agent.log"]
  private let folder: AttemptFolder

  init(_ folder: AttemptFolder) { self.folder = folder }

  /// What is here of its files.
  var known: [CollectRequest.File] {
    // A folder that is not there has no files.
    let uploads = (try? FileTree.names(in: folder.uploads)) ?? []
    return (Self.names + uploads.map { "uploads/" + $0 }).compactMap { name in
      size(of: name).map { CollectRequest.File(name: name, bytes: $0) }
    }
  }

  /// Takes over what is new, in its order.
  func take(_ news: CollectAnswer.Attempt) throws -> SlurmLook {
    var isComplete = news.isComplete
    for part in news.news {
      guard Self.isAllowed(part.name) else { continue }
      if part.name.hasPrefix("uploads/") { try FileTree.createFolder(folder.uploads) }
      // Something else has written here: what follows would stand in the wrong place.
      guard part.offset == size(of: part.name) ?? 0 else {
        isComplete = false
        break
      }
      try OpenFile(folder.path + "/" + part.name, for: .appending).write(part.bytes)
    }
    // An attempt of another server's is not claimed here.
    if news.isClaimed { _ = rename(folder.spec, folder.claimedSpec) }
    return SlurmLook(journalBytes: size(of: "journal") ?? 0, isComplete: isComplete)
  }

  private func size(of name: String) -> Int64? {
    // What cannot be looked at is not there.
    try? FileTree.status(of: folder.path + "/" + name).bytes
  }

  /// Whether a name from elsewhere may become a path.
  static func isAllowed(_ name: String) -> Bool {
    if names.contains(name) { return true }
    guard name.hasPrefix("uploads/") else { return false }
    let rest = name.dropFirst("uploads/".count)
    return !rest.isEmpty && !rest.hasPrefix(".")
      && rest.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      }
  }
}
