/// Where a server listens: `HOST:PORT`; port 0 lets the system pick one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// Name or number of the host.
  public var host: String
  /// TCP port.
  public var port: Int

  /// Joins the parts.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`; without a host it is this machine alone.
  ///
  /// - Throws: `address_refused` when the text is none of these.
  public init(_ text: String) throws(ServerError) {
    let colon = text.lastIndex(of: ":")
    let portText = colon.map { text[text.index(after: $0)...] } ?? text[...]
    var host = colon.map { String(text[..<$0]) } ?? ""
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard let port = Int(portText), (0...65_535).contains(port) else {
      throw ServerError(
        .addressRefused, "'\(text)' is no address to listen on.",
        hint: "Write HOST:PORT, such as 127.0.0.1:8420; port 0 picks a free one.")
    }
    self.init(host: host.isEmpty ? "127.0.0.1" : host, port: port)
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// The address as part of a URL.
  public var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

  /// A URL that reaches it from this machine.
  public var url: String {
    switch host {
    case "0.0.0.0": "http://127.0.0.1:\(port)"
    case "::": "http://[::1]:\(port)"
    default: "http://\(self)"
    }
  }
}
