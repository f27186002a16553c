import API
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Whether the server lives, whether it can work, and which version it is; open to all.
  ///
  /// - Parameter hindrance: why the server cannot work now; nil if it can.
  func addHealthRoutes(
    version: String, hindrance: @escaping @Sendable () async -> ServerError?
  ) {
    // Load balancers ask with HEAD, too.
    for method in [HTTPRequest.Method.get, .head] {
      route(method, "/health", permission: .open, .operation) { request, context in
        try Self.isWell(request, context)
      }
      route(method, "/ready", permission: .open, .operation) { request, context in
        if let hindrance = await hindrance() { throw hindrance }
        return try Self.isWell(request, context)
      }
    }
    route(.get, "/version", permission: .open, .operation) { request, context in
      if let mlflow = MLflowVersion.text(for: request) { return mlflow }
      return try WireResponse(VersionWire(version: version))
        .response(from: request, context: context)
    }
  }
  private static func isWell(_ request: Request, _ context: FactoryContext) throws -> Response {
    let answer = try WireResponse(HealthWire(status: "ok"))
      .response(from: request, context: context)
    return request.method == .head ? answer.createHeadResponse() : answer
  }
}
