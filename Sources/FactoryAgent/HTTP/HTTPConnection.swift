import CLinux
import Glibc

/// One client's connection, served by a thread of its own: a request, its answer, the next request.
struct HTTPConnection: ~Copyable {
  /// Why a connection ends without an answer.
  enum Loss: Error { case closed, malformed(status: Int) }

  private static let headLimit = 64 << 10
  private static let chunkBytes = 64 << 10
  private static let fileChunkBytes = 1 << 20
  /// Seconds that a client may be silent, in a request or between two.
  private static let silenceSeconds = 300

  private let socket: Int32
  private var buffer: [UInt8] = []

  /// Takes a socket over, and closes it in the end.
  init(socket: Int32) {
    self.socket = socket
    var limit = timeval(tv_sec: Self.silenceSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    var yes: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(socket) }

  /// The next request's head; nil when the client is done.
  mutating func nextRequest() throws(Loss) -> HTTPRequest? {
    var searched = 0
    while true {
      if let end = Self.endOfHead(buffer, from: searched) {
        let head = HTTPRequest(parsing: buffer[..<end])
        buffer.removeFirst(end + 4)
        guard let head else { throw .malformed(status: 400) }
        return head
      }
      searched = max(0, buffer.count - 3)
      guard buffer.count < Self.headLimit else { throw .malformed(status: 431) }
      guard try fill() else {
        if buffer.isEmpty { return nil }
        throw .closed
      }
    }
  }

  /// The whole body; nil when it has more than `limit` bytes, which are then not read.
  mutating func body(of request: HTTPRequest, limit: Int) throws(Loss) -> [UInt8]? {
    var body: [UInt8] = []
    if case .bytes(let count) = request.framing, count > Int64(limit) { return nil }
    var isTooLong = false
    try eachPart(of: request) { part in
      if body.count + part.count > limit {
        isTooLong = true
      } else {
        body.append(contentsOf: part)
      }
      return !isTooLong
    }
    return isTooLong ? nil : body
  }

  /// Hands a body on as it comes, until `take` answers false.
  mutating func eachPart(
    of request: HTTPRequest, _ take: (UnsafeRawBufferPointer) -> Bool
  ) throws(Loss) {
    if request.expectsContinue { try send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
    switch request.framing {
    case .wrong: throw .malformed(status: 400)
    case .bytes(let count): _ = try pass(count, take)
    case .chunked:
      while case let size = try chunkSize(), size > 0 {
        guard try pass(size, take) else { return }
        guard try line().isEmpty else { throw .malformed(status: 400) }
      }
      // What may stand behind the last chunk means nothing to us.
      while try !line().isEmpty {}
    }
  }

  /// Lets the client read an answer that came before it had sent everything: a socket that is closed
  /// with bytes unread takes the answer with it.
  func linger() {
    shutdown(socket, Int32(SHUT_WR))
    var limit = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    withUnsafeTemporaryAllocation(byteCount: Self.chunkBytes, alignment: 16) { space in
      // A client that sends on and on is not listened to for ever.
      for _ in 0..<1_024 where recv(socket, space.baseAddress, space.count, 0) <= 0 { return }
    }
  }

  /// Sends an answer whole.
  func send(_ answer: HTTPAnswer, to request: HTTPRequest?) throws(Loss) {
    let head = answer.head(closing: request?.closes ?? true)
    switch answer.body {
    case .bytes(let bytes): try send(request?.method == "HEAD" ? head : head + bytes)
    case .file(let path, let bytes):
      try send(head)
      if request?.method != "HEAD" { try send(file: path, bytes) }
    }
  }

  // MARK: Inside

  static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in start...(bytes.count - 4)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    { return index }
    return nil
  }

  /// Hands on that many bytes; false when `take` had enough.
  private mutating func pass(
    _ count: Int64, _ take: (UnsafeRawBufferPointer) -> Bool
  ) throws(Loss) -> Bool {
    var left = count
    while left > 0 {
      if buffer.isEmpty {
        guard try fill(left > 1 << 20 ? Self.fileChunkBytes : Self.chunkBytes) else {
          throw .closed
        }
      }
      let part = Int(min(left, Int64(buffer.count)))
      let goesOn = buffer.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<part])) }
      buffer.removeFirst(part)
      left -= Int64(part)
      if !goesOn { return false }
    }
    return true
  }

  private mutating func chunkSize() throws(Loss) -> Int64 {
    let text = try line().prefix { $0 != UInt8(ascii: ";") }
    guard let size = Int64(String(decoding: text, as: UTF8.self), radix: 16), size >= 0,
      text.count <= 15
    else { throw .malformed(status: 400) }
    return size
  }

  /// The next line, without its end.
  private mutating func line() throws(Loss) -> [UInt8] {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        return line.last == 13 ? line.dropLast() : line
      }
      guard buffer.count < Self.headLimit else { throw .malformed(status: 431) }
      guard try fill() else { throw .closed }
    }
  }

  /// Reads more; false at the end of what the client sends.
  private mutating func fill(_ size: Int = HTTPConnection.chunkBytes) throws(Loss) -> Bool {
    let socket = socket
    var failure: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: size) { space, count in
      var got = recv(socket, space.baseAddress, size, 0)
      while got < 0, errno == EINTR { got = recv(socket, space.baseAddress, size, 0) }
      if got < 0 { failure = errno }
      count = max(0, got)
    }
    // A client that was silent between requests is done.
    if failure != 0 {
      if failure == EAGAIN, buffer.isEmpty { return false }
      throw .closed
    }
    if buffer.isEmpty { buffer = chunk } else { buffer += chunk }
    return !chunk.isEmpty
  }

  func send(_ bytes: [UInt8]) throws(Loss) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .closed }
      sent += count
    }
  }

  private func send(file path: String, _ bytes: Int64) throws(Loss) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .closed }
    defer { close(file) }
    var left = bytes
    while left > 0 {
      let count = sendfile(socket, file, nil, Int(min(left, 1 << 30)))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .closed }
      left -= Int64(count)
    }
  }
}
