import Basics

/// What jobs have left in a scratch folder that this machine sees.
extension SharedSlurmFiles {
  func entries() async throws -> [ScratchEntry] {
    let scratch = options.scratch
    return try await offTask {
      try ScratchEntry.Folder.allCases.flatMap { folder in
        let path = scratch + "/" + folder.rawValue
        let names = FileTree.isFolder(path) ? try FileTree.names(in: path) : []
        return names.compactMap { name in
          FileTree.modifiedAtMs(path + "/" + name).map {
            ScratchEntry(folder: folder, name: name, usedAtMs: $0)
          }
        }
      }
    }
  }

  func bytes(of entries: [ScratchEntry]) async throws -> [Int64] {
    let scratch = options.scratch
    return try await offTask { entries.map { FileTree.ownBytes(of: scratch + "/" + $0.path) } }
  }

  func remove(_ entries: [ScratchEntry], unusedSinceMs: Int64) async throws {
    let scratch = options.scratch
    try await offTask {
      for entry in entries {
        let path = scratch + "/" + entry.path
        guard entry.isShared else {
          try FileTree.remove(path)
          continue
        }
        // Renamed first: who takes it then finds nothing and brings it anew, who took it before has marked it.
        guard FileTree.exists(path) else { continue }
        let waste = path + ".waste"
        try FileTree.rename(path, to: waste)
        if FileTree.modifiedAtMs(waste) ?? .max < unusedSinceMs {
          try FileTree.remove(waste)
        } else {
          try FileTree.rename(waste, to: path)
        }
      }
    }
  }
}
