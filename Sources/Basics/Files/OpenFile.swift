import Glibc

/// An open file, closed when it goes out of scope; its descriptor is not inherited by children.
public struct OpenFile: ~Copyable, Sendable {
  /// What a file is opened for.
  public enum Purpose: Sendable {
    case reading
    /// A new file; fails where one exists.
    case creating
    /// A new file, or an old one emptied.
    case replacing
    /// A new file, or an old one as it is, for writing at any place.
    case changing
    case appending
  }

  /// Size and times of a file, for noticing that it changed.
  public struct Status: Equatable, Sendable {
    /// Size in bytes.
    public var bytes: Int64
    /// Nanoseconds since 1970 of the last change of the content.
    public var modifiedAtNs: Int64
    /// The file's number on its device.
    public var inode: UInt64
    /// The file system that holds it.
    public var device: UInt64
    /// Whether it is a file and no folder, pipe or device.
    public var isRegularFile: Bool
  }

  /// The path that was opened.
  public let path: String
  /// The system's number of the file, for calls that are not wrapped here.
  public let descriptor: Int32

  /// Opens `path`; `mode` holds the permissions of a file that is created.
  public init(_ path: String, for purpose: Purpose, mode: UInt32 = 0o600) throws(BasicsError) {
    let flags: Int32 =
      switch purpose {
      case .reading: O_RDONLY
      case .creating: O_RDWR | O_CREAT | O_EXCL
      case .replacing: O_RDWR | O_CREAT | O_TRUNC
      case .changing: O_RDWR | O_CREAT
      case .appending: O_WRONLY | O_CREAT | O_APPEND
      }
    let descriptor = retryingInterrupts { open(path, flags | O_CLOEXEC, mode) }
    guard descriptor >= 0 else {
      throw purpose == .reading ? .reading(path, errno) : .writing(path, errno)
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads up to `buffer.count` bytes; 0 is the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(BasicsError) -> Int {
    let count = retryingInterrupts { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    guard count >= 0 else { throw .reading(path, errno) }
    return count
  }

  /// Writes all of `bytes`, however many calls it takes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(BasicsError) {
    var offset = 0
    while offset < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      let count = retryingInterrupts { Glibc.write(descriptor, rest.baseAddress, rest.count) }
      guard count >= 0 else { throw .writing(path, errno) }
      offset += count
    }
  }

  /// Reads up to `buffer.count` bytes from a place of the file; 0 is its end.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(BasicsError) -> Int {
    let count = retryingInterrupts {
      pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
    guard count >= 0 else { throw .reading(path, errno) }
    return count
  }

  /// Writes all of `bytes` at a place of the file.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(BasicsError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = retryingInterrupts {
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + Int64(done)))
      }
      guard count >= 0 else { throw .writing(path, errno) }
      done += count
    }
  }

  /// Cuts the file, or fills it up with zeros, to that many bytes.
  public func resize(to bytes: Int64) throws(BasicsError) {
    guard retryingInterrupts({ ftruncate(descriptor, off_t(bytes)) }) == 0 else {
      throw .writing(path, errno)
    }
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: [UInt8]) throws(BasicsError) {
    var failure: BasicsError?
    bytes.withUnsafeBytes { buffer in
      do throws(BasicsError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Returns when everything that was written is on disk.
  public func synchronize() throws(BasicsError) {
    guard retryingInterrupts({ fsync(descriptor) }) == 0 else { throw .writing(path, errno) }
  }

  /// Size and times of the file now.
  public func status() throws(BasicsError) -> Status {
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { throw .reading(path, errno) }
    return Status(raw)
  }
}

extension OpenFile.Status {
  init(_ raw: stat) {
    bytes = Int64(raw.st_size)
    modifiedAtNs = Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec)
    inode = UInt64(raw.st_ino)
    device = UInt64(raw.st_dev)
    isRegularFile = raw.st_mode & S_IFMT == S_IFREG
  }
}
