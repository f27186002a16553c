import API
import Compute
import HTTPTypes

extension FactoryRoutes {
  /// Adds `POST /api/v1/gc`, which answers when all is removed.
  func addGarbageRoutes(_ collection: GarbageCollection) {
    route(
      .post, "/api/v1/gc", permission: .write,
      .api(
        "Removes what lies in the trash for long, and what nothing names.",
        body: GarbageRequestWire.self, answer: .json(GarbageWire.self), refusals: [.conflict])
    ) { request, _ in
      let wish = try await request.wire(GarbageRequestWire.self)
      for (name, value) in [
        ("grace_ms", wish.graceMs), ("object_age_ms", wish.objectAgeMs),
        ("unused_ms", wish.unusedMs),
      ] {
        guard (0...Self.longestGraceMs).contains(value ?? 0) else {
          throw ServerError(
            .badRequest, "'\(name)' is \(value ?? 0); expected 0 to \(Self.longestGraceMs).")
        }
      }
      return try WireResponse(try await collection.collect(wish, nowMs: systemTimeMs()))
    }
  }

  /// A hundred years.
  private static let longestGraceMs: Int64 = 36_500 * 86_400_000
}
