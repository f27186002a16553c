import CLinux
import Glibc
import JobProtocol

/// Asks the command of an attempt, on its own machine, until it answers at its port, and tells the journal.
struct ReadinessWatch: Sendable {
  /// Microseconds between two questions.
  private static let pauseUs: UInt32 = 100_000
  /// Longest that one answer may take.
  private static let patienceSeconds = 5

  let listening: AttemptListening
  let task: ListeningTask
  /// What tells the command that a request comes by way of the factory.
  let secret: String
  let journal: SharedJournal

  /// Begins to ask, on a thread of its own that ends with the first good answer; false if there is none.
  func start() -> Bool {
    startThread {
      while !isReady() { usleep(Self.pauseUs) }
      journal.append(.listening(task))
      journal.flush()
    }
  }

  /// What the command starts with beside its other variables.
  var variables: [EnvironmentVariable] {
    [
      EnvironmentVariable("AIFACTORY_SERVICE_HOST", listening.host),
      EnvironmentVariable("AIFACTORY_SERVICE_PATH", listening.path),
      EnvironmentVariable("AIFACTORY_SERVICE_PORT", String(task.port)),
      EnvironmentVariable("AIFACTORY_SERVICE_SECRET", secret),
      EnvironmentVariable(listening.portVariable, String(task.port)),
    ]
  }

  private var secretHeader: String { "\(AttemptListening.secretHeader): \(secret)\r\n" }

  private func isReady() -> Bool {
    let connection = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connection >= 0 else { return false }
    defer { close(connection) }
    var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        connection, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = task.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected, let path = listening.readyPath else { return isConnected }
    return (200..<400).contains(status(of: path, at: connection))
  }

  /// The status that an HTTP request is answered with; 0 for none.
  private func status(of path: String, at connection: Int32) -> Int {
    let request = Array(
      "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(task.port)\r\nConnection: close\r\n\(secretHeader)\r\n"
        .utf8)
    // A reader that has gone is no reason to end.
    guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { return 0 }
    var head: [UInt8] = []
    // `HTTP/1.1 200`: what follows is not looked at.
    while head.count < 12 {
      let chunk = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
        count = max(0, recv(connection, buffer.baseAddress, 512, 0))
      }
      guard !chunk.isEmpty else { return 0 }
      head += chunk
    }
    guard head.starts(with: Array("HTTP/1.".utf8)) else { return 0 }
    return Int(String(decoding: head[9..<12], as: UTF8.self)) ?? 0
  }
}
