import Basics
import Glibc

/// The few calls on sockets that replicas and their clients need.
enum ReplicaSocket {
  /// Longest path of a socket (sun_path of unix(7), with its closing zero).
  static let pathLimit = 107

  /// A listening socket at `path`, reachable by this user alone; an old file there is replaced.
  static func listen(at path: String) throws(ServingError) -> Int32 {
    let descriptor = try make(AF_UNIX, nonblocking: true)
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

  /// A listening socket at a TCP port of this machine.
  ///
  /// - Parameter host: an IPv4 address; `0.0.0.0` is all of the machine's.
  static func listen(host: String, port: Int) throws(ServingError) -> Int32 {
    let descriptor = try make(AF_INET, nonblocking: true)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let bound = withAddress(host, port: port) { Glibc.bind(descriptor, $0, $1) }
    guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
      let number = errno
      close(descriptor)
      throw ServingError(.socketFailed, "Cannot listen at \(host):\(port): error \(number).")
    }
    return descriptor
  }

  /// A socket connected to the replica at `address`, whose calls wait for `seconds` at most.
  static func connect(
    to address: ReplicaAddress, patience seconds: Int
  ) throws(ServingError) -> Int32 {
    let descriptor: Int32
    let result: Int32
    switch address {
    case .socket(let path):
      descriptor = try make(AF_UNIX, nonblocking: false)
      bound(descriptor, by: seconds)
      result = withAddress(path) { Glibc.connect(descriptor, $0, $1) }
    case .node(let node):
      guard let endpoint = node.endpoint else {
        return try connect(to: .socket(path: node.forwarding ?? ""), patience: seconds)
      }
      descriptor = try make(AF_INET, nonblocking: false)
      bound(descriptor, by: seconds)
      result = withAddress(endpoint.host, port: endpoint.port) {
        Glibc.connect(descriptor, $0, $1)
      }
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      throw ServingError(.socketFailed, "Nothing answers at \(address): error \(number).")
    }
    return descriptor
  }

  /// Bounds what connecting, sending and receiving may take.
  private static func bound(_ descriptor: Int32, by seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  private static func make(_ family: Int32, nonblocking: Bool) throws(ServingError) -> Int32 {
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      | (nonblocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
    let descriptor = socket(family, kind, 0)
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

  /// Calls `body` with the address of a host, which may be a name; an unknown one fails with EHOSTUNREACH.
  private static func withAddress(
    _ host: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var hints = addrinfo()
    (hints.ai_family, hints.ai_socktype) = (AF_INET, Int32(SOCK_STREAM.rawValue))
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
      errno = EHOSTUNREACH
      return -1
    }
    defer { freeaddrinfo(found) }
    return body(found.pointee.ai_addr, found.pointee.ai_addrlen)
  }
}
