import Glibc
import Synchronization

/// Accepts connections on 127.0.0.1, each served by a thread of its own.
///
/// Threads, because a handful of clients at most call, and because an answer waits for the disk. What
/// waits for nothing else needs no event loop.
final class LoopbackListener: Sendable {
  /// Connections served at once; those beyond it are closed, and the client tries again.
  private static let mostConnections = 256

  /// Chosen by the system.
  let port: UInt16
  private let socket: Int32
  private let open = Mutex(0)
  private let serve: @Sendable (consuming HTTPConnection) -> Void

  /// Listens; nil when that is impossible.
  init?(serve: @escaping @Sendable (consuming HTTPConnection) -> Void) {
    socket = Glibc.socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(socket, raw, size) == 0 && listen(socket, 128) == 0
          && getsockname(socket, raw, &size) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    self.serve = serve
    guard isListening else {
      close(socket)
      return nil
    }
  }

  deinit { close(socket) }

  /// Starts the thread that accepts, which lives as long as the process; false if there is none.
  func start() -> Bool { startThread { self.accept() } }

  private func accept() {
    while true {
      // Tasks inherit no descriptor, whether or not it is closed on exec.
      let client = Glibc.accept(socket, nil, nil)
      guard client >= 0 else {
        // Out of descriptors: those that are open will close.
        if errno != EINTR, errno != ECONNABORTED { usleep(50_000) }
        continue
      }
      let isAllowed = open.withLock { count in
        count += 1
        return count <= Self.mostConnections
      }
      let isServed =
        isAllowed
        && startThread {
          self.serve(HTTPConnection(socket: client))
          self.open.withLock { $0 -= 1 }
        }
      if !isServed {
        close(client)
        open.withLock { $0 -= 1 }
      }
    }
  }
}

/// Runs something on a thread of its own that nobody waits for; false if there can be none.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 1 << 20)
  defer { pthread_attr_destroy(&attributes) }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let failure = pthread_create(
    &thread, &attributes,
    { pointer in
      if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  if failure != 0 { box.release() }
  return failure == 0
}
