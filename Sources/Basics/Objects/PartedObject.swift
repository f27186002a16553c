import CLinux
import Glibc

/// An object that comes in numbered parts, in any order and by several requests at once.
///
/// All parts but the last have one size, so that each goes to its place in one file; the last one
/// waits in a file of its own, since its place is known only by the others' size. Parts are on
/// disk when they are acknowledged; who made them remembers which there are.
public struct PartedObject: Sendable {
  private let store: ObjectStore
  private let folder: String

  /// The object of that identifier, which must be a safe name.
  public init(_ id: SafeName, in store: ObjectStore) {
    self.store = store
    folder = "\(store.uploadFolder)/\(id)"
  }

  /// Identifiers of all that came in parts and was neither finished nor removed.
  public static func all(in store: ObjectStore) throws(BasicsError) -> [SafeName] {
    guard FileTree.exists(store.uploadFolder) else { return [] }
    var names: [SafeName] = []
    for name in try FileTree.names(in: store.uploadFolder) { names.append(try SafeName(name)) }
    return names
  }

  /// Makes the place for the parts.
  public func create() throws(BasicsError) { try FileTree.createFolder(folder) }

  /// Seconds since something was written.
  public func age() throws(BasicsError) -> Int64 {
    var newest: Int64 = 0
    for path in [folder, "\(folder)/parts", "\(folder)/last"] where FileTree.exists(path) {
      newest = max(newest, try FileTree.status(of: path).modifiedAtNs)
    }
    return (Int64(time(nil)) * 1_000_000_000 - newest) / 1_000_000_000
  }

  /// Starts a part that is not the last one.
  public func writer(ofPart number: Int, bytes: Int64) throws(BasicsError) -> PartWriter {
    try PartWriter(
      OpenFile("\(folder)/parts", for: .changing), from: Int64(number - 1) * bytes, bytes: bytes)
  }

  /// Starts the last part.
  public func writerOfLastPart(bytes: Int64) throws(BasicsError) -> PartWriter {
    try PartWriter(OpenFile("\(folder)/last", for: .replacing), from: 0, bytes: bytes)
  }

  /// Joins the parts and puts the object into the store; returns when it is durable.
  ///
  /// Takes as long as reading it all; may be called again after a failure, not after success.
  ///
  /// - Parameters:
  ///   - front: size of all parts but the last.
  ///   - last: size of the last part.
  public func finish(front: Int64, last: Int64) throws(BasicsError) -> ObjectDigest {
    let path = "\(folder)/parts"
    let file = try OpenFile(path, for: .changing, mode: 0o600)
    try file.resize(to: front)
    let end = try OpenFile("\(folder)/last", for: .reading)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    var position: Int64 = 0
    while position < last {
      let count = try end.read(into: buffer, at: position)
      guard count > 0 else { throw damaged(path) }
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: front + position)
      position += Int64(count)
    }
    try file.resize(to: front + last)
    factory_start_writeback(file.descriptor, front, last)
    let digest = try ObjectStore.hash(OpenFile(path, for: .reading))
    guard try file.status().bytes == front + last else { throw damaged(path) }
    try file.synchronize()
    guard chmod(path, 0o400) == 0 else { throw .writing(path, errno) }
    try store.adopt(path, as: digest, bytes: front + last)
    return digest
  }

  /// Removes all parts.
  public func remove() throws(BasicsError) { try FileTree.remove(folder) }

  private func damaged(_ path: String) -> BasicsError {
    BasicsError(
      .objectDamaged, "the file \(path) does not hold the parts that were acknowledged",
      hint: "upload the file again; the disk may be failing")
  }
}

/// One part of an object that is being written.
///
/// Invariant behind `@unchecked Sendable`: a writer is used by one piece of work; it may move
/// between threads between calls, but two never call it at once.
public final class PartWriter: @unchecked Sendable {
  private let file: OpenFile
  private let start: Int64
  private let bytes: Int64
  private var hasher = ObjectHasher()
  /// How many bytes were added so far.
  public private(set) var byteCount: Int64 = 0

  init(_ file: consuming OpenFile, from start: Int64, bytes: Int64) {
    self.file = file
    self.start = start
    self.bytes = bytes
  }

  /// Adds bytes, up to as many as were announced.
  ///
  /// - Returns: whether there was room for them.
  public func write(_ more: UnsafeRawBufferPointer) throws(BasicsError) -> Bool {
    guard byteCount + Int64(more.count) <= bytes else { return false }
    try file.write(more, at: start + byteCount)
    hasher.update(more)
    byteCount += Int64(more.count)
    return true
  }

  /// The digest of the part, once it is on disk; nil where bytes are missing.
  public func finish() throws(BasicsError) -> ObjectDigest? {
    guard byteCount == bytes else { return nil }
    try file.synchronize()
    return hasher.finalize()
  }
}
