public import Basics
import Foundation
import JobProtocol

/// The factory's own program with all that it loads, as a stored folder: what a site gets that does not see this machine's
/// files.
public struct StageProgram: Sendable {
  /// Where it is stored.
  let objects: ObjectStore
  /// Path of the program.
  let program: String
  /// Folder of the engines.
  let engines: String

  /// Takes the program and its engines.
  public init(objects: ObjectStore, program: String, engines: String) {
    self.objects = objects
    self.program = program
    self.engines = engines
  }

  /// Stores it; the same files are the same folder.
  ///
  /// - Returns: the digest of its manifest.
  /// - Throws: `JobError` where it cannot be found out what the program loads.
  public func store() async throws -> ObjectDigest {
    let libraries = try await libraries()
    return try await offTask { try put(libraries) }
  }

  private func put(_ libraries: [String]) throws -> ObjectDigest {
    var files = [(JobStage.programName, program, FolderManifest.Entry.Kind?.some(.executable))]
    files += libraries.map { ("\(JobStage.librariesName)/\(FileTree.name(of: $0))", $0, nil) }
    for engine in PinnedEngine.all {
      // A stage whose engine is missing says so itself.
      guard FileTree.isFolder("\(engines)/\(engine.folderName)") else { continue }
      for path in try Self.libraries(below: engine.folderName, in: engines) {
        files.append(("\(JobStage.enginesName)/\(path)", "\(engines)/\(path)", nil))
      }
    }
    let entries = try files.map { name, path, kind in
      FolderManifest.Entry(
        path: name, sha256: try objects.insert(file: path),
        bytes: try FileTree.status(of: path).bytes, kind: kind)
    }
    return try objects.insert(bytes: FolderManifest(files: entries).encoded())
  }

  /// The shared libraries in a folder of an engine; what else its package has, it does not need.
  private static func libraries(below folder: String, in engines: String) throws -> [String] {
    try FileTree.names(in: engines + "/" + folder).sorted().flatMap { name -> [String] in
      let path = folder + "/" + name
      if FileTree.isFolder(engines + "/" + path) { return try libraries(below: path, in: engines) }
      return name.hasSuffix(".so") || name.contains(".so.") ? [path] : []
    }
  }

  /// What the dynamic linker loads with the program, but for the C library, which belongs to a node's kernel and settings.
  private func libraries() async throws -> [String] {
    // ld.so(8): lists instead of running.
    let run = CommandRun(
      program: "sh", arguments: ["-c", "LD_TRACE_LOADED_OBJECTS=1 exec \"$0\"", program],
      environment: ProcessInfo.processInfo.environment, patience: .seconds(60))
    guard let answer = try await run.answer(), answer.status == 0 else {
      throw JobError(
        .systemFailure, "what \(program) loads cannot be found out",
        hint: "Does it run? `aifactory doctor` checks the installation.")
    }
    return Self.libraries(listed: String(decoding: answer.output, as: UTF8.self))
  }

  /// Paths in the linker's list, without those of the C library.
  static func libraries(listed text: String) -> [String] {
    let paths = text.split(separator: "\n").compactMap { line -> String? in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/") else { return nil }
      return String(words[2])
    }
    return paths.filter { path in
      let name = FileTree.name(of: path).prefix { $0 != "." && $0 != "-" }
      return !libraryOfC.contains(String(name)) && !name.hasPrefix("ld")
    }.sorted()
  }

  /// Names of the parts of the GNU C library.
  private static let libraryOfC: Set = [
    "libc", "libm", "libdl", "libpthread", "librt", "libresolv", "libutil", "libanl", "libmvec",
    "libnsl", "libBrokenLocale",
  ]
}
