internal import Basics
internal import DataPipelines

/// A part of the files of a data stage's command, of which one job makes tables.
struct Shard: Sendable, Equatable {
  /// The part that these files play among the sources of a workflow.
  static let part = "raw"

  /// From 0.
  var number: Int
  /// Into how many parts the files were dealt.
  var count: Int
  /// At least one, by the bytes of their names.
  var files: [DatasetManifest.Source]

  /// Deals files out like cards, in the order of their names; a shard without a file is not there.
  ///
  /// So a file that comes last goes to one shard, and leaves all others as they are.
  static func deal(_ files: [DatasetManifest.Source], into count: Int) -> [Shard] {
    let sorted = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return (0..<min(count, sorted.count)).map { number in
      Shard(
        number: number, count: count,
        files: stride(from: number, to: sorted.count, by: count).map { sorted[$0] })
    }
  }

  /// What it is called, as in `shard 3 of 16`.
  var title: String { "shard \(number) of \(count)" }

  /// The folder in which the command finds its files.
  ///
  /// - Throws: for names that no path can have, and two that would be one path.
  func folder() throws -> FolderManifest {
    var paths: Set<String> = []
    return FolderManifest(
      files: try files.map { file in
        let path = Self.path(of: file.name)
        _ = try safePath(path, in: "")
        guard let digest = ObjectDigest(hex: file.sha256) else {
          throw WorkflowError(.outputInvalid, "The intake of \(file.name) gave no digest.")
        }
        guard paths.insert(path).inserted else {
          throw WorkflowError(
            .requestInvalid, "Two files of the source would lie at \(visible(path)).",
            hint: "Name them by a pattern within one folder.")
        }
        return FolderManifest.Entry(path: path, sha256: digest, bytes: file.bytes)
      })
  }

  /// Where a file lies in that folder: its name without what leads out of a folder.
  static func path(of name: String) -> String {
    var parts = name.split(separator: "/")
    if name.contains("://") { parts.removeFirst() }
    return parts.filter { $0 != "." && $0 != ".." && $0 != "~" }.joined(separator: "/")
  }

  /// Some of the names of its files, as part of a sentence.
  var fileWords: String {
    let named = files.prefix(5).map { visible($0.name) }.joined(separator: ", ")
    return files.count > 5 ? "\(named) and \(files.count - 5) more" : named
  }
}
