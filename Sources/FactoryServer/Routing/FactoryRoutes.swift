public import HTTPTypes
public import Hummingbird

/// The server's routes: each says what a caller must be allowed to do, or it does not compile.
public struct FactoryRoutes {
  let router: Router<FactoryContext>
  private let authenticator: Authenticator

  /// Starts with no routes; errors of all routes are answered in the product's one shape.
  public init(authenticator: Authenticator, hosts: HostRules) {
    self.authenticator = authenticator
    router = Router(context: FactoryContext.self)
    router.add(middleware: ErrorMiddleware())
    router.add(middleware: HostMiddleware(rules: hosts))
  }

  /// Adds one route.
  ///
  /// - Parameters:
  ///   - path: `{name}` takes one part of the path, `**` at the end the rest of it.
  ///   - permission: checked before `handler` runs.
  ///   - handler: answers; an error that it throws is translated.
  public func route<Answer: ResponseGenerator>(
    _ method: HTTPRequest.Method, _ path: String, permission: Permission,
    handler: @escaping @Sendable (Request, FactoryContext) async throws -> Answer
  ) {
    let authenticator = authenticator
    router.on(RouterPath(path), method: method) { request, context in
      var context = context
      if permission != .open {
        context.caller = try authenticator.caller(of: request)
      }
      return try await handler(request, context)
    }
  }
}
