import Basics
import Compute
import HTTPTypes
import Hummingbird
import Serving

extension FactoryRoutes {
  /// Numbers for Prometheus (text exposition format 0.0.4).
  func addMetricsRoutes(
    ledger: Ledger, jobs: Jobs, endpoints: Endpoints, gateway: GatewaySupervisor
  ) {
    route(.get, "/metrics", permission: .read, .operation) { _, _ in
      var text = MetricsText()
      text.add("ledger_wal_bytes", "gauge", "Size of the ledger's log.", ledger.walBytes)
      let listed = try await jobs.list(limit: 100_000)
      text.add(
        "jobs", "gauge", "Jobs by state.",
        JobStateMachine.State.allCases.map { state in
          (["state": state.rawValue], listed.count { $0.state == state })
        })
      let statuses = try await endpoints.store.list()
      text.add(
        "endpoint_healthy_replicas", "gauge", "Replicas that answer.",
        statuses.map { status in
          (["endpoint": status.endpoint.name], status.replicas.count { $0.state == .healthy })
        })
      let health = await gateway.health()
      text.add("gateway_up", "gauge", "Whether the gateway answers.", health == nil ? 0 : 1)
      text.add(
        "gateway_requests_total", "counter", "Requests handed to replicas since its start.",
        health?.requests ?? 0)
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: text.text)))
    }
  }
}

/// Writes Prometheus' text format.
struct MetricsText {
  private(set) var text = ""

  /// Adds a metric without labels.
  mutating func add(_ name: String, _ kind: String, _ help: String, _ value: some BinaryInteger) {
    head(name, kind, help)
    text += "aifactory_\(name) \(value)\n"
  }

  /// Adds a metric with a value for each set of labels.
  mutating func add(
    _ name: String, _ kind: String, _ help: String, _ values: [([String: String], Int)]
  ) {
    head(name, kind, help)
    for (labels, value) in values {
      let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
      text += "aifactory_\(name){\(list.joined(separator: ","))} \(value)\n"
    }
  }

  private mutating func head(_ name: String, _ kind: String, _ help: String) {
    text += "# HELP aifactory_\(name) \(help)\n# TYPE aifactory_\(name) \(kind)\n"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
