import CLinux
import Glibc
import Synchronization

/// The way from an agent to its server, where there is one.
///
/// A server that could not be reached is left alone for some seconds, so that a node without network costs a
/// training nothing. Only plain HTTP to a numeric address (or `localhost`): a static program resolves no
/// names and speaks no TLS. Where that does not reach, the journal does.
final class ServerLink: Sendable {
  /// What came back; the connection's rest is the body's rest.
  struct Reply: ~Copyable {
    var status: Int
    /// The head as it came, and what came of the body with it.
    var bytes: [UInt8]
    var bodyStart: Int
    fileprivate var socket: Int32

    deinit { close(socket) }

    /// The value of a header, without a look at case; nil where it is not there.
    func header(_ name: String) -> String? {
      let head = String(decoding: bytes[..<bodyStart], as: UTF8.self)
      for line in head.split(whereSeparator: { $0 == "\r\n" }) {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == name else { continue }
        return String(parts[1].drop { $0 == " " })
      }
      return nil
    }

    /// The next bytes; empty at the end.
    func more() -> [UInt8] { ServerLink.receive(socket, 1 << 18) }

    /// The whole body; nil when it is larger than `limit`.
    consuming func body(limit: Int) -> [UInt8]? {
      var body = Array(bytes[bodyStart...])
      while case let chunk = more(), !chunk.isEmpty {
        guard body.count + chunk.count <= limit else { return nil }
        body += chunk
      }
      return body
    }
  }

  private static let connectMs: Int32 = 1_000
  private static let replySeconds = 30
  private static let restMs: Int64 = 5_000

  private let host: String
  private let address: sockaddr_in?
  private let token: String
  /// Monotonic time before which the server is left alone.
  private let restUntil = Mutex<Int64>(0)

  init(url: String, token: String) {
    self.token = token
    let text = url.hasPrefix("http://") ? String(url.dropFirst(7)) : ""
    host = String(text.prefix { $0 != "/" })
    let parts = host.split(separator: ":")
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    let name = parts.first == "localhost" ? "127.0.0.1" : parts.first.map(String.init) ?? ""
    let port = parts.count > 1 ? UInt16(parts[1]) : 80
    guard parts.count <= 2, let port, inet_pton(AF_INET, name, &address.sin_addr) == 1 else {
      self.address = nil
      return
    }
    address.sin_port = port.bigEndian
    self.address = address
  }

  /// A request was sent, and nobody knows what came of it.
  struct ReplyLost: Error {}

  /// Sends a request and waits for the head of its reply; nil when the server cannot be reached.
  ///
  /// - Throws: when the server went away after it had the request.
  func ask(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []
  ) throws(ReplyLost) -> Reply? {
    guard let address, restUntil.withLock({ monotonicMs() >= $0 }) else { return nil }
    guard let socket = Self.connected(to: address) else {
      restUntil.withLock { $0 = monotonicMs() + Self.restMs }
      return nil
    }
    // 1.0: a reply that ends with its connection.
    var head = "\(method) \(target) HTTP/1.0\r\nHost: \(host)\r\nConnection: close\r\n"
    head += "Authorization: Bearer \(token)\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    guard Self.send(socket, Array((head + "\r\n").utf8) + body), let reply = Self.head(socket)
    else {
      close(socket)
      restUntil.withLock { $0 = monotonicMs() + Self.restMs }
      throw ReplyLost()
    }
    return Reply(status: reply.status, bytes: reply.bytes, bodyStart: reply.end, socket: socket)
  }

  // MARK: Inside

  private static func connected(to address: sockaddr_in) -> Int32? {
    let socket = Glibc.socket(
      AF_INET,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
      0)
    guard socket >= 0 else { return nil }
    var address = address
    let failure = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? 0 : errno
      }
    }
    var watched = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    var error: Int32 = failure
    if failure == EINPROGRESS, poll(&watched, 1, connectMs) == 1 {
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
    }
    guard error == 0 else {
      close(socket)
      return nil
    }
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
    var limit = timeval(tv_sec: replySeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    return socket
  }

  private static func send(_ socket: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  fileprivate static func receive(_ socket: Int32, _ size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { space, count in
      var got = recv(socket, space.baseAddress, size, 0)
      while got < 0, errno == EINTR { got = recv(socket, space.baseAddress, size, 0) }
      count = max(0, got)
    }
  }

  private static func head(_ socket: Int32) -> (status: Int, bytes: [UInt8], end: Int)? {
    var bytes: [UInt8] = []
    while bytes.count < 1 << 16 {
      let chunk = receive(socket, 1 << 14)
      guard !chunk.isEmpty else { return nil }
      bytes += chunk
      guard let end = HTTPConnection.endOfHead(bytes, from: 0) else { continue }
      let words = bytes.prefix(32).split(separator: UInt8(ascii: " "), maxSplits: 2)
      guard words.count > 1, let status = Int(String(decoding: words[1].prefix(3), as: UTF8.self))
      else { return nil }
      return (status, bytes, end + 4)
    }
    return nil
  }
}
