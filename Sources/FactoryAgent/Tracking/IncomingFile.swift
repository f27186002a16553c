import Glibc
import JobProtocol

/// A file that is being taken into an attempt's uploads; end it with `finish` or `discard`.
struct IncomingFile: ~Copyable {
  private let folder: String
  private let name: String
  private let descriptor: Int32
  private var digest = FileDigest()
  private var bytes: Int64 = 0

  /// Makes an empty one; nil when the disk does not take it.
  init?(in folder: AttemptFolder) {
    self.folder = folder.uploads
    name = RandomID.hexadecimal(24)
    _ = mkdir(self.folder, 0o700)
    descriptor = open(self.folder + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
  }

  /// Adds bytes; false when the disk does not take them.
  mutating func add(_ part: UnsafeRawBufferPointer) -> Bool {
    digest.add(part)
    bytes += Int64(part.count)
    var written = 0
    while written < part.count {
      let count = write(descriptor, part.baseAddress.map { $0 + written }, part.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// Puts it on disk with its name; nil, and nothing of it is left, when the disk does not take it.
  consuming func finish() -> TrackingFile? {
    guard fdatasync(descriptor) == 0, Self.synchronizeFolder(folder) else {
      discard()
      return nil
    }
    close(descriptor)
    return TrackingFile(name: name, bytes: bytes, sha256: digest.finish())
  }

  /// Leaves nothing of it.
  consuming func discard() {
    close(descriptor)
    unlink(folder + "/" + name)
  }

  private static func synchronizeFolder(_ path: String) -> Bool {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { close(folder) }
    return fsync(folder) == 0
  }
}
