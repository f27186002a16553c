import Foundation
import HTTPTypes
import Hummingbird

/// Which names a request may use for this server, and which pages may send it.
///
/// Without it a page from anywhere could reach a server on this machine through a name that it
/// makes point here (DNS rebinding).
public struct HostRules: Sendable {
  private let names: Set<String>

  /// - Parameter names: hosts without port that are allowed beside this machine's own.
  public init(allowing names: [String] = []) {
    self.names = Set(["localhost", "127.0.0.1", "[::1]"] + names.map { $0.lowercased() })
  }

  /// Whether the `Host` header names this server; any port will do, since ports get forwarded.
  func allows(host: String?) -> Bool {
    guard let host else { return false }
    return names.contains(Self.name(of: host))
  }

  /// Whether a page at `origin` may send requests to `host`: only this server's own pages.
  func allows(origin: String?, host: String?) -> Bool {
    guard let origin else { return true }
    guard let host, let separator = origin.range(of: "://") else { return false }
    return origin[separator.upperBound...].lowercased() == host.lowercased()
  }

  private static func name(of host: String) -> String {
    let host = host.lowercased()
    if host.hasPrefix("[") {
      return host.prefix { $0 != "]" } + "]"
    }
    return String(host.prefix { $0 != ":" })
  }
}

/// Refuses requests that were sent to another name or by another site's page.
struct HostMiddleware: RouterMiddleware {
  typealias Context = FactoryContext

  let rules: HostRules

  func handle(
    _ request: Request, context: FactoryContext,
    next: @concurrent (Request, FactoryContext) async throws -> Response
  ) async throws -> Response {
    let host = request.head.authority
    guard rules.allows(host: host) else {
      throw ServerError(
        .forbiddenHost, "This server does not answer to the name '\(host ?? "")'.",
        hint: "Use 127.0.0.1, localhost, or start it with --allow-host NAME.")
    }
    guard rules.allows(origin: request.headers[.origin], host: host) else {
      throw ServerError(
        .forbiddenOrigin, "Pages of '\(request.headers[.origin] ?? "")' may not use this server.")
    }
    return try await next(request, context)
  }
}
