import Glibc

extension ObjectStore {
  /// Lays the files of a stored folder out as read-only files: hard links, else copies.
  ///
  /// All or nothing: the files are prepared beside `folder`, which must not exist or be empty, and
  /// renamed to it. Laying out the same manifest twice into one place is an error.
  public func materialize(
    _ manifest: ObjectDigest, into folder: String
  ) throws(BasicsError) {
    let manifest = try self.manifest(manifest)
    let staging = "\(folder).\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
    do throws(BasicsError) {
      try FileTree.createFolder(staging)
      for entry in manifest.files {
        let path = try safePath(entry.path, in: staging)
        try FileTree.createFolder(FileTree.folder(of: path))
        try place(entry.sha256, at: path)
      }
      try FileTree.rename(staging, to: folder)
    } catch {
      // The first error is the one to report.
      try? FileTree.remove(staging)
      throw error
    }
  }

  /// Lays the files of a stored folder out without blocking a task.
  public func materializeFolder(
    _ manifest: ObjectDigest, into folder: String
  ) async throws {
    try await offTask { try materialize(manifest, into: folder) }
  }

  /// Makes one object appear at `path`, as a hard link where that is possible.
  public func place(_ digest: ObjectDigest, at path: String) throws(BasicsError) {
    let source = self.path(of: digest)
    if link(source, path) == 0 { return }
    guard errno == EXDEV || errno == EMLINK || errno == EPERM || errno == ENOTSUP else {
      let number = errno
      _ = try open(digest)
      throw .writing(path, number)
    }
    try copy(digest, to: path, mode: 0o400)
  }

  /// Makes a copy of one object, which its owner may change where `mode` allows it.
  public func copy(
    _ digest: ObjectDigest, to path: String, mode: UInt32
  ) throws(BasicsError) {
    let file = try open(digest)
    let copy = try OpenFile(path, for: .creating, mode: mode)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
