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
    route(.get, "/version", permission: .open) { _, _ in
      try WireResponse(VersionWire(version: version))
    }
  }
}
