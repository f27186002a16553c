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
    route(.get, "/health", permission: .open, .operation) { _, _ in
      try WireResponse(HealthWire(status: "ok"))
    }
    route(.get, "/ready", permission: .open, .operation) { _, _ in
      if let hindrance = await hindrance() { throw hindrance }
      return try WireResponse(HealthWire(status: "ok"))
    }
    route(.get, "/version", permission: .open, .operation) { request, context in
      if let mlflow = MLflowVersion.text(for: request) { return mlflow }
      return try WireResponse(VersionWire(version: version))
        .response(from: request, context: context)
    }
  }
}
