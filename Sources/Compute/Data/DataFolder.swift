import Basics

/// A stored folder as the jobs of a site find it: laid out once, every file with the bytes that it should have.
struct DataFolder: Sendable {
  let objects: ObjectStore
  /// Digest of the manifest, in hexadecimal.
  let files: String

  /// What belongs to it.
  func manifest() throws -> FolderManifest {
    guard let digest = ObjectDigest(hex: files) else {
      throw JobError(.specInvalid, "\(visible(files)) names no stored folder")
    }
    return try objects.manifest(digest)
  }

  /// Lays it out unless it is there; counts as used now.
  ///
  /// Its files are links to the objects, else copies, that nobody may write to.
  /// - Throws: `JobError` with `specInvalid` for bytes that are not what their digest says.
  func make(at path: String) async throws {
    let folder = self
    try await offTask {
      if FileTree.touch(path) { return }
      let staging = "\(path).\(Identifier<Job>.random()).tmp"
      // Leftovers of a failure go with folders that nobody uses.
      defer { try? FileTree.remove(staging) }
      try folder.layOut(in: staging)
      do {
        try FileTree.rename(staging, to: path)
      } catch {
        // Another job has brought it meanwhile.
        guard FileTree.touch(path) else { throw error }
      }
    }
  }

  private func layOut(in staging: String) throws {
    try FileTree.createFolder(staging)
    var folders: Set = [staging]
    for entry in try manifest().files {
      let path = try safePath(entry.path, in: staging)
      try FileTree.createFolder(FileTree.folder(of: path))
      if entry.kind == .executable {
        // The object itself cannot be run.
        try objects.copy(entry.sha256, to: path, mode: 0o500)
      } else {
        try objects.place(entry.sha256, at: path)
      }
      try Self.check(entry, at: path)
      try OpenFile(path, for: .reading).synchronize()
      var folder = FileTree.folder(of: path)
      while folder.utf8.count > staging.utf8.count, folders.insert(folder).inserted {
        folder = FileTree.folder(of: folder)
      }
    }
    // Nobody looks at the bytes again: all of it is on disk before it has its name.
    for folder in folders { try FileTree.synchronizeFolder(folder) }
  }

  /// Throws where a file has other bytes than those that were stored.
  static func check(_ entry: FolderManifest.Entry, at path: String) throws {
    guard try ObjectDigest(ofFile: path) != entry.sha256 else { return }
    throw JobError(
      .specInvalid,
      "the file \(visible(entry.path)) of the job's data has other bytes than were stored",
      hint: "Is a disk damaged? `aifactory restore` of a backup brings the object back.")
  }
}
