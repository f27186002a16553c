import Basics

/// What jobs have left in a scratch folder that a login node sees.
extension RemoteSlurmFiles {
  /// How long a login node may take for folders of many files.
  private static let patience = Duration.seconds(600)
  /// Most bytes of a list.
  private static let listBytes = 64 << 20
  /// Things that one call removes.
  private static let atOnce = 20

  private var enter: String { "cd \(SSHConnection.quoted(folders.scratch)) && " }

  func entries() async throws -> [ScratchEntry] {
    let names = ScratchEntry.Folder.allCases.map(\.rawValue).joined(separator: " ")
    let text = try await shell.run(
      enter + "for folder in \(names); do [ ! -d $folder ] || "
        + "find $folder -mindepth 1 -maxdepth 1 -printf '%T@ %p\\n' || exit 1; done",
      limit: Self.listBytes, patience: Self.patience)
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let seconds = Double(parts[0]) else { return nil }
      let path = parts[1].split(separator: "/", maxSplits: 1)
      guard path.count == 2, let folder = ScratchEntry.Folder(rawValue: String(path[0])) else {
        return nil
      }
      return ScratchEntry(
        folder: folder, name: String(path[1]), usedAtMs: Int64(seconds * 1_000))
    }
  }

  func bytes(of entries: [ScratchEntry]) async throws -> [Int64] {
    let text = try await shell.run(
      enter + "while read -r path; do "
        + "echo \"$(du -sk -- \"$path\" 2>/dev/null | cut -f1)\" .; done",
      input: Array(entries.map { $0.path + "\n" }.joined().utf8), limit: Self.listBytes,
      patience: Self.patience)
    let sizes = text.split(separator: "\n").map { line in
      line.split(separator: " ").first.flatMap { Int64($0) }.map { $0 * 1_024 } ?? 0
    }
    // One that went away meanwhile has none.
    return entries.indices.map { sizes.indices.contains($0) ? sizes[$0] : 0 }
  }

  func remove(_ entries: [ScratchEntry], unusedSinceMs: Int64) async throws {
    for start in stride(from: 0, to: entries.count, by: Self.atOnce) {
      let some = entries[start..<min(start + Self.atOnce, entries.count)]
      let lines = some.map { "\($0.isShared ? unusedSinceMs / 1_000 : 0) \($0.path)\n" }.joined()
      // Renamed first: who takes it then finds nothing and sends it anew, who took it before has marked it.
      _ = try await shell.run(
        enter + "while read -r limit path; do "
          + "if [ \"$limit\" = 0 ]; then rm -rf -- \"$path\" || exit 1; "
          + "elif [ -e \"$path\" ]; then mv -- \"$path\" \"$path.waste\" || exit 1; "
          + "if [ \"$(stat -c %Y -- \"$path.waste\")\" -lt \"$limit\" ]; "
          + "then rm -rf -- \"$path.waste\"; else mv -- \"$path.waste\" \"$path\"; fi; fi; done",
        input: Array(lines.utf8), patience: Self.patience)
    }
  }
}
