import Basics
import Foundation
import Glibc

/// The files of a code folder that belong to it: those that git has or would take.
struct CodeFolder: Sendable {
  /// Absolute path.
  let path: String

  /// How long git may take.
  private static let patience = Duration.seconds(60)

  /// Relative paths of files and links, in no order; what is neither is passed over, as git does.
  ///
  /// git is asked where it is there and the folder lies in a repository, so that what is tracked counts however it
  /// is called. Elsewhere, and where a repository leaves the whole folder out, its own `.gitignore` files count.
  func files() async throws -> [String] {
    if let told = await gitFiles(), !told.isEmpty { return told }
    let folder = self
    return try await offTask { try folder.walkedFiles() }
  }

  /// Nil where git is not there, or knows no repository around the folder.
  func gitFiles() async -> [String]? {
    // Whoever started this process may have named another repository.
    var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
    (variables["GIT_OPTIONAL_LOCKS"], variables["LC_ALL"]) = ("0", "C")
    let run = CommandRun(
      program: "git",
      // No program that the repository's own settings name is run.
      arguments: [
        "-C", path, "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others",
        "--exclude-standard",
      ], environment: variables, patience: Self.patience)
    // What git cannot tell is found without it.
    guard let answer = try? await run.answer(), answer.status == 0 else { return nil }
    var files: Set<String> = []
    for part in answer.output.split(separator: 0) {
      let relative = String(decoding: part, as: UTF8.self)
      let whole = path + "/" + relative
      switch Self.kind(of: whole) {
      case S_IFREG, S_IFLNK: files.insert(relative)
      case S_IFDIR:
        // Another repository in this one.
        let base = relative.hasSuffix("/") ? relative : relative + "/"
        let inner = CodeFolder(path: path + "/" + base.dropLast())
        // Canceled or unreadable, it is found without git, which says why.
        guard let found = try? await inner.files() else { return nil }
        files.formUnion(found.map { base + $0 })
      // Removed, and not yet committed; a name that is no text is told by who looks without git.
      default:
        guard !Self.isNoText(relative) else { return nil }
        continue
      }
    }
    return Array(files)
  }

  /// The same by its own `.gitignore` files alone.
  ///
  /// - Throws: `JobError` with `codeInvalid` where it has far too many, before all of them are looked at.
  func walkedFiles() throws -> [String] {
    var files: [String] = []
    var seen = 0
    var waiting: [(base: String, rules: IgnoreRules)] = [("", IgnoreRules())]
    while let (base, outer) = waiting.popLast() {
      var rules = outer
      let names = try FileTree.names(in: path + "/" + base)
      let own = path + "/" + base + ".gitignore"
      if names.contains(".gitignore"), Self.kind(of: own) == S_IFREG {
        rules.add(try FileTree.read(own), base: base)
      }
      for name in names where name != ".git" {
        let kind = Self.kind(of: path + "/" + base + name)
        guard !rules.leavesOut(base + name, isFolder: kind == S_IFDIR) else { continue }
        seen += 1
        guard seen <= 2 * CodeSnapshot.mostFiles else {
          throw JobError(
            .codeInvalid,
            "the folder \(visible(path)) has more than \(CodeSnapshot.mostFiles) files and folders",
            hint: "Name a smaller one, and what is no code in .gitignore.")
        }
        switch kind {
        case S_IFDIR: waiting.append((base + name + "/", rules))
        case S_IFREG, S_IFLNK: files.append(base + name)
        case nil where Self.isNoText(name):
          throw JobError(
            .codeInvalid, "the name of the file \(visible(base + name)) is not UTF-8",
            hint: "Rename it, or move it out of the folder.")
        default: continue
        }
      }
    }
    return files
  }

  /// Whether bytes of a name that are no text stand as replacement characters.
  private static func isNoText(_ name: String) -> Bool { name.unicodeScalars.contains("\u{FFFD}") }

  private static func kind(of path: String) -> mode_t? {
    var raw = stat()
    return lstat(path, &raw) == 0 ? raw.st_mode & S_IFMT : nil
  }
}
