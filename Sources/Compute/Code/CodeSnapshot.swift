import Basics
import Glibc

/// A code folder as objects: one for each file, and a manifest that names them.
struct CodeSnapshot: Sendable {
  /// Most files of a folder.
  static let mostFiles = 10_000
  /// Most bytes of all its files together.
  static let mostBytes: Int64 = 1 << 30
  /// Bytes of a file that is read into memory as a whole.
  private static let smallBytes: Int64 = 8 << 20

  /// Absolute path of the folder.
  let folder: String
  let objects: ObjectStore
  /// Relative path of a file that does not belong to it.
  var leftOut: String?

  /// Stores the folder as it is now.
  ///
  /// - Throws: `JobError` with `codeInvalid` for what is no folder, is empty, or too much;
  ///   `BasicsError` with `fileChanged` where a file was written to meanwhile.
  func take() async throws -> ObjectDigest {
    guard FileTree.isFolder(folder) else {
      throw JobError(
        .codeInvalid, "there is no folder \(visible(folder))",
        hint: "Name the folder that holds the code, such as --code .")
    }
    let files = try await CodeFolder(path: folder).files().filter { $0 != leftOut }
    let snapshot = self
    return try await offTask { try snapshot.store(files) }
  }

  /// What lstat(2) says of a file.
  private struct Look: Equatable {
    var bytes: Int64
    var mode: mode_t
    var inode: UInt64
    var changedAtNs: Int64

    var isLink: Bool { mode & S_IFMT == S_IFLNK }
    var isExecutable: Bool { mode & S_IXUSR != 0 }

    init(_ path: String) throws {
      var raw = stat()
      guard lstat(path, &raw) == 0 else {
        throw JobError(.codeInvalid, "\(visible(path)) went away while the folder was read")
      }
      (bytes, mode, inode) = (Int64(raw.st_size), raw.st_mode, UInt64(raw.st_ino))
      changedAtNs = Int64(raw.st_ctim.tv_sec) * 1_000_000_000 + Int64(raw.st_ctim.tv_nsec)
    }
  }

  private func store(_ files: [String]) throws -> ObjectDigest {
    var looks: [(path: String, look: Look)] = []
    for file in files { looks.append((file, try Look(safePath(file, in: folder)))) }
    try checkBounds(looks)
    let entries = try looks.map { try entry($0.path, $0.look) }
    return try objects.insert(bytes: FolderManifest(files: entries).encoded())
  }

  private func checkBounds(_ files: [(path: String, look: Look)]) throws {
    guard !files.isEmpty else {
      throw JobError(
        .codeInvalid, "the folder \(visible(folder)) has no files that count",
        hint: "Does a .gitignore leave all of them out?")
    }
    let bytes = files.reduce(0) { $0 + $1.look.bytes }
    let excess: String? =
      if files.count > Self.mostFiles {
        "\(files.count) files; at most \(Self.mostFiles)"
      } else if bytes > Self.mostBytes {
        "\(ByteCount(bytes: bytes)); at most \(ByteCount(bytes: Self.mostBytes))"
      } else { nil }
    guard let excess else { return }
    let largest = files.max { $0.look.bytes < $1.look.bytes }
    let example = largest.map { "; the largest file is \(visible($0.path))" } ?? ""
    throw JobError(
      .codeInvalid, "the folder \(visible(folder)) has \(excess) are taken as code\(example)",
      hint: "Name data in .gitignore, and give the command its absolute path.")
  }

  private func entry(_ path: String, _ look: Look) throws -> FolderManifest.Entry {
    let whole = folder + "/" + path
    let digest: ObjectDigest
    var bytes = look.bytes
    if look.isLink {
      let target = try target(of: path)
      bytes = Int64(target.utf8.count)
      digest = try objects.insert(bytes: Array(target.utf8))
    } else if look.bytes <= Self.smallBytes {
      digest = try objects.insert(bytes: FileTree.read(whole))
    } else {
      digest = try objects.insert(file: whole)
    }
    guard try Look(whole) == look else {
      throw BasicsError(
        .fileChanged, "\(whole) changed while it was read",
        hint: "Wait until nothing writes to it, then try again.")
    }
    return FolderManifest.Entry(
      path: path, sha256: digest, bytes: bytes,
      kind: look.isLink ? .link : look.isExecutable ? .executable : nil)
  }

  /// Where a link points: to an absolute path, or into the folder.
  private func target(of path: String) throws -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(folder + "/" + path, &buffer, buffer.count)
    guard count > 0 else { throw AttemptFiles.systemError("cannot read the link \(path)") }
    let target = String(
      decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var depth = path.split(separator: "/").count - 1
    for part in target.split(separator: "/") where !target.hasPrefix("/") {
      depth += part == ".." ? -1 : part == "." ? 0 : 1
      guard depth >= 0 else {
        throw JobError(
          .codeInvalid, "the link \(visible(path)) points out of the folder, to \(visible(target))",
          hint: "Let it point to an absolute path, or name it in .gitignore.")
      }
    }
    return target
  }
}
