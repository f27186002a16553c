import Foundation
import Glibc
import Synchronization

/// A small HTTP server on loopback that answers from a closure, one connection at a time.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    var path: String
    var query: String
    var headers: [String: String]
  }

  struct Response: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// Bytes after which the connection is cut.
    var cutAfter: Int?
  }

  let port: UInt16
  private let descriptor: Int32
  private let requests = Mutex<[Request]>([])

  /// What was asked so far.
  var log: [Request] { requests.withLock { $0 } }

  init(_ answer: @escaping @Sendable (Request, _ number: Int) -> Response) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, let self else { return }
        self.serve(connection, answer)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func serve(_ connection: Int32, _ answer: (Request, Int) -> Response) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let target = lines[0].components(separatedBy: " ")[1].components(separatedBy: "?")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.components(separatedBy: ": ")
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
    }
    let request = Request(
      path: target[0], query: target.count > 1 ? target[1] : "", headers: headers)
    let number = requests.withLock { requests in
      requests.append(request)
      return requests.count
    }
    let response = answer(request, number)
    var text = "HTTP/1.1 \(response.status) x\r\nconnection: close\r\n"
    text += "content-length: \(response.body.count)\r\n"
    for (name, value) in response.headers { text += "\(name): \(value)\r\n" }
    let whole = Array((text + "\r\n").utf8) + response.body.prefix(response.cutAfter ?? Int.max)
    var sent = 0
    while sent < whole.count {
      let count = whole[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, 0x4000)
      }
      if count <= 0 { return }
      sent += count
    }
  }
}
