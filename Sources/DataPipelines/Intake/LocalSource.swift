import Basics
import Glibc

/// Finds the files that a local source names.
struct LocalSource {
  /// As the workflow file names it.
  let source: String
  let baseFolder: String
  /// Whether a folder stands for all files below it.
  let takesAllFiles: Bool

  init(_ item: IntakeRequest.Item, baseFolder: String) {
    source = item.source
    self.baseFolder = baseFolder
    takesAllFiles = item.takesAllFiles ?? false
  }

  /// A file that was found: its name for people and its absolute path.
  struct File: Equatable {
    var name: String
    var path: String
  }

  private static let endings = [
    ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz",
  ]

  /// The files in the order of their names; at least one.
  func files() throws(DataError) -> [File] {
    let path = absolute(source)
    if FileTree.isFolder(path) {
      return takesAllFiles ? try filesBelow(path) : try filesOfFolder(path)
    }
    if FileTree.exists(path) { return [File(name: source, path: path)] }
    if source.contains(where: { "*?[".contains($0) }) { return try matches(of: path) }
    throw DataError(
      .sourceMissing, "There is no file \(source) (looked for \(path)).",
      hint: "Paths are relative to the folder of the workflow file.")
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") || path.hasPrefix("~") ? FileTree.absolute(path) : "\(baseFolder)/\(path)"
  }

  /// The source as a folder, without a slash at its end.
  private var folder: String { source.hasSuffix("/") ? String(source.dropLast()) : source }

  /// In order, without hidden ones.
  private func names(in path: String) throws(DataError) -> [String] {
    do {
      return try FileTree.names(in: path).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw DataError(.sourceUnreadable, "The folder \(path) cannot be read: \(error.message)")
    }
  }

  /// Files of any kind, those of inner folders too.
  private func filesBelow(_ top: String) throws(DataError) -> [File] {
    var files: [File] = []
    var folders = [(name: folder, path: top, above: Set<String>())]
    while let (name, path, above) = folders.popLast() {
      // A link to a folder that it lies in would lead on and on.
      let resolved = FileTree.resolved(path) ?? path
      guard !above.contains(resolved) else { continue }
      for inner in try names(in: path) {
        let file = File(name: "\(name)/\(inner)", path: "\(path)/\(inner)")
        if FileTree.isFolder(file.path) {
          folders.append((file.name, file.path, above.union([resolved])))
        } else {
          files.append(file)
        }
      }
    }
    guard !files.isEmpty else {
      throw DataError(.sourceMissing, "The folder \(source) holds no file.")
    }
    return files.sorted { $0.name < $1.name }
  }

  private func filesOfFolder(_ path: String) throws(DataError) -> [File] {
    let files = try names(in: path).filter { name in
      !FileTree.isFolder("\(path)/\(name)")
        && Self.endings.contains { name.lowercased().hasSuffix($0) }
    }.map { File(name: "\(folder)/\($0)", path: "\(path)/\($0)") }
    guard !files.isEmpty else {
      throw DataError(
        .sourceMissing, "The folder \(source) holds no table.",
        hint: "Files of tables end in \(Self.endings.joined(separator: ", ")).")
    }
    return files
  }

  private func matches(of pattern: String) throws(DataError) -> [File] {
    var found = glob_t()
    defer { globfree(&found) }
    var paths: [String] = []
    if glob(pattern, 0, nil, &found) == 0 {
      for index in 0..<Int(found.gl_pathc) {
        if let path = found.gl_pathv[index] { paths.append(String(cString: path)) }
      }
    }
    let prefix = source.hasPrefix("/") ? "" : baseFolder + "/"
    let files = paths.filter { !FileTree.isFolder($0) }.sorted().map { path in
      File(
        name: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path, path: path)
    }
    guard !files.isEmpty else {
      throw DataError(
        .sourceMissing, "No file matches \(source) (looked for \(pattern)).",
        hint: "Paths are relative to the folder of the workflow file.")
    }
    return files
  }
}
