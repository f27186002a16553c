import API
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Whether the server lives, whether it can work, and which version it is; open to all.
  func addHealthRoutes(version: String, isReady: @escaping @Sendable () async -> Bool) {
    route(.get, "/health", permission: .open) { _, _ in
      try WireResponse(HealthWire(status: "ok"))
    }
    route(.get, "/ready", permission: .open) { _, _ in
      await isReady()
        ? try WireResponse(HealthWire(status: "ok"))
        : try WireResponse(HealthWire(status: "starting"), status: .serviceUnavailable)
    }
    route(.get, "/version", permission: .open) { request, context in
      if let mlflow = MLflowVersion.text(for: request) { return mlflow }
      return try WireResponse(VersionWire(version: version))
        .response(from: request, context: context)
    }
  }
}
