import Basics

extension MLflowImport {
  /// Files whose names one transaction takes.
  private static let filesAtOnce = 500

  /// Takes the files of a local folder into the object store and names them below `location`.
  ///
  /// Files that are named already are left as they are, and told where their bytes are others. Links
  /// are followed inside of the folder.
  func takeArtifacts(
    _ uri: String, ofRun run: MLflowLine?, _ source: any MLflowSource, to location: String,
    _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    guard let folder = source.folder(of: uri, ofRun: run) else {
      if Self.proxiedPath(uri, besideStore: source.path) != nil {
        // With that folder there, nothing was ever sent to a place that it lacks.
        guard !FileTree.isFolder(Self.proxiedRoot(besideStore: source.path)) else { return }
        counts.remarks.append(
          "The artifacts at \(visible(uri)) would be in a folder mlartifacts beside the store; there "
            + "is none. Link the server's folder of artifacts there, and import again.")
      } else if Self.localPath(uri) == nil, !uri.isEmpty {
        counts.remarks.append("The artifacts at \(visible(uri)) are not on this machine's disk.")
      } else if let path = Self.localPath(uri), FileTree.isFolder(path) {
        counts.refused.append("The artifacts at \(visible(uri)) lie outside of \(source.path).")
      }
      return
    }
    guard let root = TrashPlan.folder(of: location) else { return }
    let files = try await offTask { try ArtifactFiles(in: folder) }
    counts.refused += files.troubles
    let (ledger, objects) = (ledger, objects)
    for start in stride(from: 0, to: files.list.count, by: Self.filesAtOnce) {
      let some = files.list[start..<min(start + Self.filesAtOnce, files.list.count)]
      let known = try await ledger.read { db in
        try some.reduce(into: [String: ObjectDigest]()) { known, file in
          known[file.name] = try ArtifactStore.digest(of: root + "/" + file.name, in: db)
        }
      }
      let taken = try await offTask {
        var taken: [ArtifactFile] = []
        var others: [String] = []
        var troubles: [String] = []
        for file in some {
          do {
            if let digest = known[file.name] {
              if try ObjectDigest(ofFile: file.path) != digest { others.append(file.name) }
              continue
            }
            let digest = try objects.insert(file: file.path)
            taken.append(
              ArtifactFile(
                path: root + "/" + file.name, sha256: digest,
                bytes: try FileTree.status(of: objects.path(of: digest)).bytes))
          } catch let error as BasicsError where error.code != .diskFull {
            troubles.append(error.message)
          }
        }
        return (files: taken, others: others, troubles: troubles)
      }
      counts.refused += taken.troubles
      counts.remarks += taken.others.map {
        "\(root): the file \(visible($0)) has other bytes here than in the store; it was left as it is."
      }
      try await ledger.write { db in
        for file in taken.files { try ArtifactStore.put(file, nowMs: nowMs, in: db) }
      }
      counts.artifacts += known.count - taken.others.count + taken.files.count
    }
  }
}

/// The regular files below a folder.
struct ArtifactFiles: Sendable {
  struct File: Sendable, Hashable {
    /// Path in the folder.
    var name: String
    /// Where its bytes are.
    var path: String
  }

  var list: [File] = []
  /// What was passed over, and why.
  var troubles: [String] = []

  /// Looks for them; blocks.
  init(in folder: String) throws {
    let root = MLflowFolder.realPath(folder) ?? folder
    var waiting = [""]
    while let parent = waiting.popLast() {
      for name in try FileTree.names(in: root + "/" + parent) {
        let relative = parent + name
        let path: String
        do {
          path = try safePath(relative, in: root)
        } catch {
          troubles.append(error.message)
          continue
        }
        switch MLflowFolder.kind(of: path) {
        case .file: list.append(File(name: relative, path: path))
        case .folder: waiting.append(relative + "/")
        case .link:
          if let real = MLflowFolder.realPath(path), real.hasPrefix(root + "/"),
            MLflowFolder.kind(of: real) == .file
          {
            list.append(File(name: relative, path: real))
          } else {
            troubles.append(
              "\(visible(path)) is a symbolic link that leads out and was passed over.")
          }
        case .other: troubles.append("\(visible(path)) is no regular file and was passed over.")
        case .missing: break
        }
      }
    }
  }
}
