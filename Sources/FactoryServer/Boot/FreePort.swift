import Glibc

extension ServeOptions {
  /// The options with port 0 where another program has a port and any will do.
  func withFreePorts() throws -> ServeOptions {
    guard takesAnyPort else { return self }
    var options = self
    if !options.listen.isFree { options.listen.port = 0 }
    return options
  }
}

extension ListenAddress {
  /// Whether nobody listens there now; true where it cannot be told.
  var isFree: Bool {
    guard port != 0, !host.contains(":") else { return true }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1
    else { return true }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return result == 0
  }
}
