internal import Basics

/// What became of the files of a code folder, for sentences.
struct CodeDifference {
  /// Files that are named; the others are counted.
  private static let mostNamed = 5

  /// One entry for each file that differs, in the order of paths.
  let words: [String]

  init(from old: FolderManifest, to new: FolderManifest) {
    var before: [String: FolderManifest.Entry] = [:]
    for file in old.files { before[file.path] = file }
    var words = new.files.compactMap { file -> (path: String, word: String)? in
      guard let known = before.removeValue(forKey: file.path) else { return (file.path, "is new") }
      return known == file ? nil : (file.path, "changed")
    }
    words += before.keys.map { ($0, "was removed") }
    self.words = words.sorted { $0.path < $1.path }.map { "\($0.path) \($0.word)" }
  }

  /// Which files differ; nil where none does.
  var sentence: String? {
    guard !words.isEmpty else { return nil }
    var parts = Array(words.prefix(Self.mostNamed))
    if words.count > parts.count { parts.append("\(words.count - parts.count) more differ") }
    return "In the code, " + parts.joined(separator: ", ") + "."
  }
}
