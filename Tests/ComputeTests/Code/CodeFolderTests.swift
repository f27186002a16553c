import Basics
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Compute

/// What belongs to a code folder is what git would take; git itself says what that is.
struct CodeFolderTests {
  /// A new repository.
  private static func repository() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try git(["init", "--quiet"], in: folder)
    return folder
  }

  private static func git(_ words: [String], in folder: TemporaryFolder) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder.path] + words
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// What is left of some files with some rules, by our reading and by git's.
  private static func kept(
    _ files: [String], rules: [String: String]
  ) async throws -> (ours: Set<String>, gits: Set<String>) {
    let folder = try repository()
    for file in files { try folder.write("x", to: file) }
    for (base, text) in rules { try folder.write(text, to: base + ".gitignore") }
    let code = CodeFolder(path: folder.path)
    return (Set(try code.walkedFiles()), Set(try #require(await code.gitFiles())))
  }

  private static let tree = [
    "a", "b", "a.log", "keep.log", "#a", "!a", "a b", "trail ", "café.py", ".hidden", "A",
    "dir/a", "dir/b", "dir/a.log", "dir/sub/a", "dir/sub/c.log", "dir/sub/deep/a.txt",
    "build/out.o", "src/build/x.o", "src/main.py", "src/__pycache__/m.pyc", "data/x1.csv",
    "data/x2.csv", "data/xa.csv", "data/raw/x1.csv", "back\u{5D}slash/f",
  ]

  @Test(
    arguments: [
      ("", 0), ("*.log\n!keep.log\n", 3), ("/a\n", 1), ("a\n", 3), ("dir/\n", 6), ("dir\n", 6),
      ("dir/*\n!dir/b\n", 5), ("dir/\n!dir/b\n", 6), ("/dir/sub\n", 3), ("sub/\n", 3),
      ("dir/**/a\n", 2), ("**/a\n", 3), ("dir/**\n", 6), ("**/build\n", 2), ("build/\n", 2),
      ("/build/\n", 1), ("data/x?.csv\n", 3), ("data/x[0-9].csv\n", 2), ("data/x[!0-9].csv\n", 1),
      ("data/x[[:alpha:]].csv\n", 1), ("x[[:digit:]].csv\n", 3), ("\\#a\n", 1), ("#a\n", 0),
      ("\\!a\n", 1), ("a b\n", 1), ("trail \n", 0), ("trail\\ \n", 1), ("*.log \n", 4),
      ("*.log\r\nb\r\n", 6), ("\u{FEFF}*.log\n", 4), ("*\n!*/\n!*.py\n", 25), ("*/a\n", 1),
      ("d*r/a\n", 1), ("caf?.py\n", 0), ("caf*.py\n", 1), ("[\n", 0), ("a\\\n", 0), ("//a\n", 0),
      ("back\\]slash/\n", 1), ("[]b]\n", 2), ("src/**/x.o\n", 1), ("**\n", 27), ("/*\n", 27),
      ("/**/a\n", 3), ("*.py[co]\n__pycache__/\n", 1),
    ] as [(String, Int)])
  func `what a rule leaves out is what git leaves out`(rules: String, count: Int) async throws {
    let (ours, gits) = try await Self.kept(Self.tree, rules: ["": rules])
    #expect(ours == gits, "\(rules)")
    #expect(Self.tree.count + 1 - ours.count == count, "\(ours.sorted())")
  }

  @Test func `rules of inner folders go before those of outer ones`() async throws {
    let rules = [
      "": "*.log\n*.csv\n", "dir/": "!*.log\n/a\n", "dir/sub/": "*.log\n!a\n", "data/": "!x1.csv\n",
    ]
    let (ours, gits) = try await Self.kept(Self.tree, rules: rules)
    #expect(ours == gits)
    #expect(ours.isSuperset(of: ["dir/a.log", "dir/sub/a", "data/x1.csv", "data/raw/x1.csv"]))
    #expect(ours.isDisjoint(with: ["a.log", "dir/a", "dir/sub/c.log", "data/x2.csv"]))
  }

  @Test func `rules drawn at random are read as git reads them`() async throws {
    let pieces = [
      "a", "b", "*", "?", "/", "**", "[ab]", "[!a]", "!", "\\", ".", " ", "\\ ", "#", "a/", "/**/",
    ]
    var random = SeededGenerator(seed: 12, stream: 0)
    let names = ["a", "b", "ab", ".a", "a b", "ba"]
    var files = names.flatMap { outer in names.map { "\(outer)x/\($0)" } }
    files += ["a/a/a", "a/a/b", "a/b/a", "b/a/ab", "b/b/b", "ab/a/a/b", "c", "ac", "c.b"]
    let folder = try Self.repository()
    for file in files { try folder.write("x", to: file) }
    let code = CodeFolder(path: folder.path)
    var leftOut = 0
    for _ in 0..<150 {
      var texts: [String] = []
      for _ in 0..<2 {
        let lines = (0..<(1 + random.next(below: 4))).map { _ in
          (0..<(1 + random.next(below: 4))).map { _ in pieces[random.next(below: pieces.count)] }
            .joined()
        }
        texts.append(lines.joined(separator: "\n") + "\n")
      }
      try folder.write(texts[0], to: ".gitignore")
      try folder.write(texts[1], to: "a/.gitignore")
      let (ours, gits) = (Set(try code.walkedFiles()), Set(try #require(await code.gitFiles())))
      #expect(ours == gits, "\(texts)")
      leftOut += files.count + 2 - ours.count
    }
    #expect(leftOut > 500)
  }

  @Test func `what is tracked belongs to the code however it is called`() async throws {
    let folder = try Self.repository()
    for name in ["kept.log", "other.log", "gone.py", "main.py"] { try folder.write("x", to: name) }
    try folder.write("*.log\n", to: ".gitignore")
    try Self.git(["add", "--force", "kept.log", "gone.py"], in: folder)
    try FileTree.remove(folder.path("gone.py"))
    let files = try await CodeFolder(path: folder.path).files()
    #expect(Set(files) == [".gitignore", "kept.log", "main.py"])
  }

  @Test func `a repository in a repository brings its files and keeps its rules`() async throws {
    let folder = try Self.repository()
    try folder.write("x", to: "main.py")
    let inner = folder.path("inner")
    try FileTree.createFolder(inner)
    try Self.git(["init", "--quiet", "inner"], in: folder)
    for name in ["a.py", "a.log"] { try folder.write("x", to: "inner/" + name) }
    try folder.write("*.log\n", to: "inner/.gitignore")
    let files = try await CodeFolder(path: folder.path).files()
    #expect(Set(files) == ["main.py", "inner/.gitignore", "inner/a.py"])
  }

  @Test func `a folder that its repository leaves out counts by its own rules`() async throws {
    let folder = try Self.repository()
    try folder.write("out/\n", to: ".gitignore")
    for name in ["out/a.py", "out/a.log"] { try folder.write("x", to: name) }
    try folder.write("*.log\n", to: "out/.gitignore")
    let files = try await CodeFolder(path: folder.path("out")).files()
    #expect(Set(files) == [".gitignore", "a.py"])
  }

  @Test func `a name that is no text is told, and not left out in silence`() async throws {
    let folder = try Self.repository()
    try folder.write("x", to: "a")
    let bytes = Array(folder.path.utf8CString.dropLast()) + [0x2F, -1, 0]
    let file = open(bytes, O_WRONLY | O_CREAT, 0o600)
    #expect(file >= 0)
    close(file)
    let error = await #expect(throws: JobError.self) {
      _ = try await CodeFolder(path: folder.path).files()
    }
    #expect(error?.code == .codeInvalid)
    try folder.write("[!a]*\n", to: ".gitignore")
    #expect(try await CodeFolder(path: folder.path).files() == ["a"])
  }
}
