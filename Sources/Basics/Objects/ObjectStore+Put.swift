import Glibc

extension ObjectStore {
  /// Stores a copy of a file, or the file itself where `move` is set and the file system is the same.
  ///
  /// - Throws: `file_changed` when the file was written to under way; nothing is stored then.
  public func insert(file path: String, move: Bool = false) throws(BasicsError) -> ObjectDigest {
    let file = try OpenFile(path, for: .reading)
    let before = try file.status()
    guard before.isRegularFile else {
      throw BasicsError(.fileUnreadable, "\(path) is not a file", hint: "name a regular file")
    }
    let digest: ObjectDigest
    if move, try isOnSameDevice(before) {
      digest = try Self.hash(file)
      try refuseChange(path, since: before)
      guard fchmod(file.descriptor, 0o400) == 0 else { throw .writing(path, errno) }
      try file.synchronize()
      try adopt(path, as: digest, bytes: before.bytes)
      return digest
    }
    let writer = try writer()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    guard try file.status() == before, writer.byteCount == before.bytes else {
      throw changed(path)
    }
    digest = try writer.finish()
    if move { try FileTree.remove(path) }
    return digest
  }

  /// Stores `bytes`.
  public func insert(bytes: [UInt8]) throws(BasicsError) -> ObjectDigest {
    let digest = ObjectDigest(of: bytes)
    if try renew(digest, bytes: Int64(bytes.count)) {
      try FileTree.synchronizeFolder(folder(of: digest))
      return digest
    }
    let writer = try writer()
    try writer.write(bytes)
    return try writer.finish()
  }

  /// Stores a copy of a file, or the file itself where `move` is set, without blocking a task.
  public func put(file path: String, move: Bool = false) async throws -> ObjectDigest {
    try await offTask { try insert(file: path, move: move) }
  }

  /// Stores `bytes` without blocking a task.
  public func put(bytes: [UInt8]) async throws -> ObjectDigest {
    try await offTask { try insert(bytes: bytes) }
  }

  /// Stores what `stream` yields; canceled or failed, it leaves nothing.
  public func put<Stream: AsyncSequence>(stream: Stream) async throws -> ObjectDigest
  where Stream.Element == [UInt8] {
    let writer = try writer()
    for try await chunk in stream {
      try Task.checkCancellation()
      try writer.write(chunk)
    }
    return try await offTask { try writer.finish() }
  }

  private func isOnSameDevice(_ status: OpenFile.Status) throws(BasicsError) -> Bool {
    try FileTree.createFolder(root)
    return try FileTree.status(of: root).device == status.device
  }

  private func refuseChange(
    _ path: String, since before: OpenFile.Status
  ) throws(BasicsError) {
    guard try FileTree.status(of: path) == before else { throw changed(path) }
  }

  private func changed(_ path: String) -> BasicsError {
    BasicsError(
      .fileChanged, "\(path) changed while it was read",
      hint: "wait until nothing writes to it, then try again")
  }
}
