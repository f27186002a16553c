import Glibc

/// Files named by the SHA-256 of their content: `<root>/ab/abcdef…`, written once and read-only.
///
/// An object is written to a temporary name, synchronized, renamed, and its folder synchronized:
/// once a call here has returned a digest, the object survives a power cut. Any number of
/// processes may use one store. The calls without `async` block and are for stage programs.
public struct ObjectStore: Hashable, Sendable {
  /// The folder of the store; created by the first object.
  public let root: String

  /// The store in the folder `root`.
  public init(root: String) { self.root = FileTree.absolute(root) }

  /// Where the object of that digest lies, whether or not it is there.
  public func path(of digest: ObjectDigest) -> String {
    "\(folder(of: digest))/\(digest.hex)"
  }

  /// Whether the object is there.
  public func contains(_ digest: ObjectDigest) -> Bool { FileTree.exists(path(of: digest)) }

  /// Opens an object for reading.
  ///
  /// - Throws: `object_missing`.
  public func open(_ digest: ObjectDigest) throws(BasicsError) -> OpenFile {
    guard contains(digest) else { throw missing(digest) }
    return try OpenFile(path(of: digest), for: .reading)
  }

  /// The content of an object of at most `limit` bytes.
  ///
  /// - Throws: `object_missing`, and `object_damaged` where the bytes are not those of the digest.
  public func read(_ digest: ObjectDigest, limit: Int = 64 << 20) throws(BasicsError) -> [UInt8] {
    guard contains(digest) else { throw missing(digest) }
    let bytes = try FileTree.read(path(of: digest), limit: limit)
    guard ObjectDigest(of: bytes) == digest else { throw damaged(digest) }
    return bytes
  }

  /// Reads an object whole and compares it with its name.
  public func verify(_ digest: ObjectDigest) throws(BasicsError) {
    let file = try open(digest)
    guard try Self.hash(file) == digest else { throw damaged(digest) }
  }

  /// Every object of the store, in order of digest; other files are passed over.
  public func all() throws(BasicsError) -> [ObjectDigest] {
    guard FileTree.exists(root) else { return [] }
    var found: [ObjectDigest] = []
    for folder in try FileTree.names(in: root) where folder.utf8.count == 2 {
      for name in try FileTree.names(in: "\(root)/\(folder)") {
        if let digest = ObjectDigest(hex: name), name.hasPrefix(folder) { found.append(digest) }
      }
    }
    return found
  }

  /// Starts a new object whose bytes come piece by piece.
  public func writer() throws(BasicsError) -> ObjectWriter { try ObjectWriter(store: self) }

  /// Removes what writers that died have left; call it when a server starts.
  public func removeLeftovers() throws(BasicsError) {
    guard FileTree.exists(temporaryFolder) else { return }
    for name in try FileTree.names(in: temporaryFolder) {
      guard let pid = name.split(separator: "-").first.flatMap({ Int32($0) }) else { continue }
      if kill(pid, 0) != 0, errno == ESRCH { try FileTree.remove("\(temporaryFolder)/\(name)") }
    }
  }

  var temporaryFolder: String { root + "/tmp" }

  /// Where objects lie that come in parts.
  var uploadFolder: String { root + "/uploads" }

  func folder(of digest: ObjectDigest) -> String { "\(root)/\(digest.hex.prefix(2))" }

  /// Gives a finished and synchronized file its name.
  func adopt(_ path: String, as digest: ObjectDigest, bytes: Int64) throws(BasicsError) {
    let folder = folder(of: digest)
    if !FileTree.exists(folder) {
      try FileTree.createFolder(folder)
      try FileTree.synchronizeFolder(root)
    }
    let target = self.path(of: digest)
    try locked(LOCK_SH) { () throws(BasicsError) in
      var existing = stat()
      if stat(target, &existing) == 0, Int64(existing.st_size) == bytes {
        try FileTree.remove(path)
      } else {
        try FileTree.rename(path, to: target)
      }
      guard mark(digest) else { throw .writing(target, errno) }
    }
    // Another process may have renamed it and not yet synchronized: answer only when it is durable.
    try FileTree.synchronizeFolder(folder)
  }

  /// Hashes a file from where it stands to its end.
  static func hash(_ file: borrowing OpenFile) throws(BasicsError) -> ObjectDigest {
    var hasher = ObjectHasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return hasher.finalize() }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  func missing(_ digest: ObjectDigest) -> BasicsError {
    BasicsError(
      .objectMissing, "the object \(digest) is not in \(root)",
      hint: "restore the home from a backup, or run the workflow again to make it anew")
  }

  func damaged(_ digest: ObjectDigest) -> BasicsError {
    BasicsError(
      .objectDamaged, "the file \(path(of: digest)) does not hold the bytes of its name",
      hint: "restore it from a backup; the disk may be failing")
  }
}
