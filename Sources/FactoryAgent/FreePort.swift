import Glibc

/// A port that nobody listens at.
enum FreePort {
  /// Ports that the kernel gives to nobody by itself (ip(7), ip_local_port_range).
  private static let ports: ClosedRange<UInt16> = 20_000...32_000

  /// One of this machine; nil where there is none.
  ///
  /// Somebody may take it before it is used.
  static func find() -> UInt16? {
    for _ in 0..<200 {
      let port = UInt16.random(in: ports)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard listener >= 0 else { return nil }
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if status == 0 { return port }
    }
    return nil
  }
}
