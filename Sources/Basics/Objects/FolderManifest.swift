import Foundation

/// The files of a folder by path, hash and size: the object by which a whole folder is stored.
public struct FolderManifest: Codable, Hashable, Sendable {
  /// One file of the folder.
  public struct Entry: Codable, Hashable, Sendable {
    /// Relative path with `/`, as `safePath` allows it.
    public var path: String
    /// The object that holds the content.
    public var sha256: ObjectDigest
    /// Size in bytes.
    public var bytes: Int64
    /// What it is beside a plain file; nil is that.
    public var kind: Kind?

    /// What a file may be beside a plain one.
    public enum Kind: String, Codable, Sendable {
      /// A file that can be run.
      case executable
      /// A symbolic link; its content is where it points.
      case link
    }

    /// Takes files in any order.
    public init(path: String, sha256: ObjectDigest, bytes: Int64, kind: Kind? = nil) {
      self.path = path
      self.sha256 = sha256
      self.bytes = bytes
      self.kind = kind
    }
  }

  /// Sorted by the bytes of their paths; no two are equal.
  public private(set) var files: [Entry]

  /// Takes files in any order.
  public init(files: [Entry]) {
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The digest of the stored form, which depends on paths, hashes and sizes alone.
  public var digest: ObjectDigest {
    get throws(BasicsError) { ObjectDigest(of: try encoded()) }
  }

  /// The size of all files together.
  public var totalBytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

  /// The stored form: JSON with sorted keys and no spaces.
  public func encoded() throws(BasicsError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw BasicsError(.manifestInvalid, "a folder's manifest cannot be encoded: \(error)")
    }
  }

  /// Reads the stored form.
  ///
  /// - Throws: `manifest_invalid` for what is no manifest, and for paths that leave the folder or
  ///   occur twice.
  public init(encoded bytes: [UInt8]) throws(BasicsError) {
    let decoded: FolderManifest
    do {
      decoded = try JSONDecoder().decode(FolderManifest.self, from: Data(bytes))
    } catch {
      throw BasicsError(.manifestInvalid, "the bytes are not a folder's manifest: \(error)")
    }
    self.init(files: decoded.files)
    var last: String?
    for file in files {
      _ = try safePath(file.path, in: "")
      guard file.path != last, file.bytes >= 0 else {
        throw BasicsError(.manifestInvalid, "the manifest names \(visible(file.path)) wrongly")
      }
      last = file.path
    }
  }
}

extension ObjectStore {
  /// Stores every file below a folder, then the manifest that names them.
  ///
  /// - Parameter move: takes the files over instead of copying them (they are gone afterwards).
  /// - Throws: `name_invalid` for file names that `safePath` refuses, `file_unreadable` for what
  ///   is neither file nor folder.
  public func insertFolder(
    _ folder: String, move: Bool = false
  ) throws(BasicsError) -> (digest: ObjectDigest, manifest: FolderManifest) {
    var entries: [FolderManifest.Entry] = []
    var waiting = [""]
    while let parent = waiting.popLast() {
      for name in try FileTree.names(in: folder + "/" + parent) {
        let relative = parent + name
        let path = try safePath(relative, in: folder)
        if FileTree.isFolder(path) {
          waiting.append(relative + "/")
        } else {
          let bytes = try FileTree.status(of: path).bytes
          let digest = try insert(file: path, move: move)
          entries.append(.init(path: relative, sha256: digest, bytes: bytes))
        }
      }
    }
    let manifest = FolderManifest(files: entries)
    return (try insert(bytes: manifest.encoded()), manifest)
  }

  /// Stores every file below a folder, then the manifest that names them, without blocking a task.
  public func putFolder(
    path: String, move: Bool = false
  ) async throws -> (digest: ObjectDigest, manifest: FolderManifest) {
    try await offTask { try insertFolder(path, move: move) }
  }

  /// Reads the manifest of a stored folder.
  public func manifest(_ digest: ObjectDigest) throws(BasicsError) -> FolderManifest {
    try FolderManifest(encoded: read(digest))
  }
}
