import CLinux
import Glibc

/// One object that is being written: hashed on the way, invisible until it is finished.
///
/// Dropped unfinished, it leaves nothing behind.
///
/// Invariant behind `@unchecked Sendable`: a writer is made, used and finished by one piece of
/// work; it may move between threads between calls, but two never call it at once. The exception
/// is one `store` beside one `hash`: they share nothing.
public final class ObjectWriter: @unchecked Sendable {
  private let home: ObjectStore
  private let path: String
  private let file: OpenFile
  private var hasher = ObjectHasher()
  private var isFinished = false
  private var handedToDisk: Int64 = 0
  /// How many bytes were added so far.
  public private(set) var byteCount: Int64 = 0

  init(store: ObjectStore) throws(BasicsError) {
    home = store
    try FileTree.createFolder(store.temporaryFolder)
    path = "\(store.temporaryFolder)/\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    file = try OpenFile(path, for: .creating, mode: 0o400)
  }

  deinit {
    if !isFinished { unlink(path) }
  }

  /// Adds bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(BasicsError) {
    try store(bytes)
    hash(bytes)
  }

  /// The first half of `write`: `hash` must follow for the same bytes, or go on beside it.
  public func store(_ bytes: UnsafeRawBufferPointer) throws(BasicsError) {
    try file.write(bytes)
    added(bytes.count)
  }

  /// The second half of `write`.
  public func hash(_ bytes: UnsafeRawBufferPointer) { hasher.update(bytes) }

  /// Adds bytes.
  public func write(_ bytes: [UInt8]) throws(BasicsError) {
    try file.write(bytes)
    hasher.update(bytes)
    added(bytes.count)
  }

  /// Puts the object into the store; returns when it is durable.
  public func finish() throws(BasicsError) -> ObjectDigest {
    let digest = hasher.finalize()
    _ = try finish(expecting: digest)
    return digest
  }

  /// Puts the object into the store where its bytes are those of `digest`; else tells so and keeps
  /// nothing.
  public func finish(expecting digest: ObjectDigest) throws(BasicsError) -> Bool {
    guard hasher.finalize() == digest else { return false }
    try file.synchronize()
    try home.adopt(path, as: digest, bytes: byteCount)
    isFinished = true
    return true
  }

  /// Lets the disk work while we still hash, so that the synchronization at the end is short.
  private func added(_ count: Int) {
    byteCount += Int64(count)
    let waiting = byteCount - handedToDisk
    guard waiting >= 8 << 20 else { return }
    factory_start_writeback(file.descriptor, handedToDisk, waiting)
    handedToDisk = byteCount
  }
}
