import Basics
import Glibc

/// Unix sockets by path: the few calls that replicas and their clients need.
enum ReplicaSocket {
  /// Longest path of a socket (sun_path of unix(7), with its closing zero).
  static let pathLimit = 107

  /// A listening socket at `path`, reachable by this user alone; an old file there is replaced.
  static func listen(at path: String) throws(ServingError) -> Int32 {
    let descriptor = try make(nonblocking: true)
    unlink(path)
    let previous = umask(0o177)
    let bound = withAddress(path) { Glibc.bind(descriptor, $0, $1) }
    umask(previous)
    guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
      let number = errno
      close(descriptor)
      throw ServingError(.socketFailed, "Cannot listen at \(path): error \(number).")
    }
    return descriptor
  }

  /// A socket connected to the replica at `path`.
  static func connect(to path: String) throws(ServingError) -> Int32 {
    let descriptor = try make(nonblocking: false)
    guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      let number = errno
      close(descriptor)
      throw ServingError(.socketFailed, "Nothing answers at \(path): error \(number).")
    }
    return descriptor
  }

  private static func make(nonblocking: Bool) throws(ServingError) -> Int32 {
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      | (nonblocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else {
      throw ServingError(.socketFailed, "No socket can be made: error \(errno).")
    }
    return descriptor
  }

  /// Calls `body` with the address of `path`; a path that is too long fails with ENAMETOOLONG.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    guard path.utf8.count <= pathLimit else {
      errno = ENAMETOOLONG
      return -1
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
