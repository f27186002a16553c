import Glibc

/// Removing what nobody names, beside puts of any number of processes.
///
/// A put answers only when its object is there and counts as put now: the time of the inode's last
/// change, which the kernel alone sets. It takes the store's lock shared for that moment; who
/// removes takes it exclusively and looks at the time once more. So an object that was put since
/// some moment stays, whether or not its row has been written yet.
extension ObjectStore {
  /// An object and its size.
  public struct Found: Sendable, Equatable {
    /// The object.
    public var digest: ObjectDigest
    /// Its size.
    public var bytes: Int64
  }

  /// The objects of `digests`, and all that folder manifests among them name.
  ///
  /// - Throws: `object_damaged` for a manifest whose bytes are not those of its name: what it names
  ///   cannot be known.
  public func reachable(
    from digests: Set<ObjectDigest>
  ) throws(BasicsError) -> Set<ObjectDigest> {
    var reached = digests
    var waiting = Array(digests)
    while let digest = waiting.popLast() {
      guard contains(digest), try looksLikeManifest(digest) else { continue }
      let bytes = try read(digest, limit: Self.manifestLimit)
      // A file of somebody's that begins as manifests do names nothing.
      guard let manifest = try? FolderManifest(encoded: bytes) else { continue }
      for file in manifest.files where reached.insert(file.sha256).inserted {
        waiting.append(file.sha256)
      }
    }
    return reached
  }

  /// Objects that are not among `kept` and were not put since a moment, in order of digest.
  public func unnamed(
    besides kept: Set<ObjectDigest>, notPutSinceMs cutoffMs: Int64
  ) throws(BasicsError) -> [Found] {
    var found: [Found] = []
    for digest in try all() where !kept.contains(digest) {
      guard let (bytes, putAtMs) = status(of: digest), putAtMs < cutoffMs else { continue }
      found.append(Found(digest: digest, bytes: bytes))
    }
    return found
  }

  /// Removes those of the objects that were not put since a moment.
  ///
  /// Puts wait meanwhile, so give a few hundred at once.
  /// - Returns: what was removed.
  public func remove(
    _ digests: [ObjectDigest], notPutSinceMs cutoffMs: Int64
  ) throws(BasicsError) -> [Found] {
    guard !digests.isEmpty else { return [] }
    return try locked(LOCK_EX) { () throws(BasicsError) in
      var removed: [Found] = []
      for digest in digests {
        guard let (bytes, putAtMs) = status(of: digest), putAtMs < cutoffMs else { continue }
        try FileTree.remove(path(of: digest))
        removed.append(Found(digest: digest, bytes: bytes))
      }
      return removed
    }
  }

  /// Lets an object of that size count as put now; false where there is none.
  public func renew(_ digest: ObjectDigest, bytes: Int64) throws(BasicsError) -> Bool {
    guard status(of: digest)?.bytes == bytes else { return false }
    return try locked(LOCK_SH) { () throws(BasicsError) in
      status(of: digest)?.bytes == bytes && mark(digest)
    }
  }

  /// Sets the time of the inode's last change to now, by giving it the mode that it has.
  func mark(_ digest: ObjectDigest) -> Bool { chmod(path(of: digest), 0o400) == 0 }

  /// Holds the lock of the store, shared or exclusive, while `body` runs.
  func locked<Value>(
    _ operation: Int32, _ body: () throws(BasicsError) -> Value
  ) throws(BasicsError) -> Value {
    let file = try OpenFile(root + "/lock", for: .appending)
    guard retryingInterrupts({ flock(file.descriptor, operation) }) == 0 else {
      throw .writing(root + "/lock", errno)
    }
    defer { _ = flock(file.descriptor, LOCK_UN) }
    return try body()
  }

  private static let manifestLimit = 64 << 20
  private static let manifestStart = Array(#"{"files":["#.utf8)

  private func status(of digest: ObjectDigest) -> (bytes: Int64, putAtMs: Int64)? {
    var raw = stat()
    guard stat(path(of: digest), &raw) == 0 else { return nil }
    let putAtMs = Int64(raw.st_ctim.tv_sec) * 1_000 + Int64(raw.st_ctim.tv_nsec) / 1_000_000
    return (Int64(raw.st_size), putAtMs)
  }

  private func looksLikeManifest(_ digest: ObjectDigest) throws(BasicsError) -> Bool {
    let file = try open(digest)
    guard try file.status().bytes <= Int64(Self.manifestLimit) else { return false }
    let start = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.manifestStart.count, alignment: 1)
    defer { start.deallocate() }
    let count = try file.read(into: start)
    return count == start.count && start.elementsEqual(Self.manifestStart)
  }
}
