import Basics
import Experimentation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(2))) struct RunPageTests {
  private struct Answer: Sendable {
    var status: Int
    var policy: String
    var text: String
  }

  private static let parent = RunID.derived(from: "parent")
  private static let child = RunID.derived(from: "child")

  /// Serves the pages over a ledger with a run, one below it, and a file.
  private func serve(
    _ body: @escaping @Sendable (@Sendable (String) async throws -> Answer) async throws -> Void
  ) async throws {
    let home = try TemporaryLedger(
      Array(FactoryMigrations.all.dropFirst(BasicsMigrations.all.count)))
    try await home.ledger.write { db in
      for id in [Self.parent, Self.child] {
        try RunStore.create(
          id, experiment: .standard, name: "run <\(id == Self.child ? "child" : "parent")>",
          startedAtMs: 1_000, in: db)
      }
      try RunStore.note(
        params: ["lr": "0.1", "note": "<b>"], tags: [RunTagKey.parent: Self.parent.rawValue],
        inputs: [RunInput(name: "wine", digest: "dv_1", context: "training")], on: Self.child,
        in: db)
      try RunStore.log(
        (0..<500).map {
          MetricPoint(key: "loss", value: 1 / Double($0 + 1), step: Int64($0), timestampMs: 0)
        } + [MetricPoint(key: "bad", value: .nan, step: 0, timestampMs: 0)], to: Self.child, in: db)
      let far = Double.greatestFiniteMagnitude
      for (key, ends) in [
        ("wide", (-far, far)), ("narrow", (0, .leastNonzeroMagnitude)), ("open", (1, .infinity)),
      ] {
        try RunStore.log(
          [
            MetricPoint(key: key, value: ends.0, step: .min, timestampMs: 0),
            MetricPoint(key: key, value: ends.1, step: .max, timestampMs: .max),
          ], to: Self.child, in: db)
        try RunStore.log(
          [MetricPoint(key: key, value: ends.0, step: 0, timestampMs: 0)], to: Self.parent, in: db)
      }
      try RunStore.setStatus(.finished, of: Self.child, endedAtMs: .min, in: db)
      guard let run = try RunStore.find(Self.child, in: db) else { return }
      try ArtifactStore.put(
        [RunArtifact(name: "a b/ü.txt", sha256: ObjectDigest(of: "x"), bytes: 1)], of: run,
        nowMs: 0, in: db)
    }
    let routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.addRunPageRoutes(home.ledger) { "http://server" }
    try await Application(router: routes.router).test(.router) { client in
      try await body { path in
        try await client.execute(
          uri: path, method: .get, headers: [.authorization: "Bearer right"]
        ) {
          Answer(
            status: Int($0.status.code), policy: $0.headers[.contentSecurityPolicy] ?? "",
            text: String(buffer: $0.body))
        }
      }
    }
    withExtendedLifetime(home) {}
  }

  @Test func `a run's page has its numbers, curves, inputs and files, and leads on`() async throws {
    try await serve { ask in
      let page = try await ask("/runs/\(Self.child)")
      #expect(page.status == 200)
      #expect(page.text.contains("run &lt;child&gt;"))
      #expect(page.text.contains("<polyline"))
      #expect(page.text.contains("NaN"))
      #expect(page.text.contains("&lt;b&gt;"))
      #expect(page.text.contains("dv_1"))
      #expect(page.text.contains("href=\"/runs/\(Self.parent)\""))
      #expect(
        page.text.contains(
          "/get-artifact?run_id=\(Self.child)&amp;path=a%20b/%C3%BC.txt")
          || page.text.contains("/get-artifact?run_id=\(Self.child)&path=a%20b/%C3%BC.txt"))
      let above = try await ask("/runs/\(Self.parent)")
      #expect(above.text.contains("href=\"/runs/\(Self.child)\""))
      #expect(above.text.contains("/runs/compare?below=\(Self.parent)"))
    }
  }

  @Test func `an experiment's page lists what stands below nothing`() async throws {
    try await serve { ask in
      let page = try await ask("/experiments/0")
      #expect(page.text.contains("href=\"/runs/\(Self.parent)\""))
      #expect(!page.text.contains("href=\"/runs/\(Self.child)\""))
      #expect(try await ask("/experiments/77").status == 404)
      #expect(try await ask("/experiments/x").status == 404)
    }
  }

  @Test func `a comparison may run its own script alone, and links where it should`()
    async throws
  {
    try await serve { ask in
      for query in ["runs=\(Self.parent),\(Self.child),\(Self.child)", "experiment=0"] {
        let page = try await ask("/runs/compare?\(query)")
        #expect(page.status == 200)
        #expect(page.policy.contains("script-src 'sha256-"))
        #expect(page.text.contains("href=\"/runs/\(Self.parent)\""))
      }
      let below = try await ask("/runs/compare?below=\(Self.parent)&file=true")
      #expect(below.text.contains("href=\"http://server/runs/\(Self.child)\""))
      #expect(below.text.contains("loss over steps"))
    }
  }

  /// Clients tell times, steps and values, and no page may stop the server over them.
  @Test func `no run has a page that cannot be drawn`() async throws {
    try await serve { ask in
      for path in [
        "/runs/\(Self.child)", "/runs/compare?runs=\(Self.parent),\(Self.child)",
        "/runs/compare?experiment=0", "/experiments/0",
      ] {
        let page = try await ask(path)
        #expect(page.status == 200)
        #expect(!page.text.contains("nan ") && !page.text.contains(" nan"), "\(path)")
      }
      #expect(try await ask("/runs/\(Self.child)").text.contains(", ended"))
    }
  }

  @Test func `runs that do not exist, and none, are told`() async throws {
    try await serve { ask in
      let missing = RunID.derived(from: "nothing")
      #expect(try await ask("/runs/\(missing)").status == 404)
      #expect(try await ask("/runs/x").status == 404)
      #expect(try await ask("/runs/compare?runs=\(missing)").status == 404)
      #expect(try await ask("/runs/compare").status == 400)
      let many = (0..<201).map { RunID.derived(from: "\($0)").rawValue }
      let answer = try await ask("/runs/compare?runs=\(many.joined(separator: ","))")
      #expect(answer.status == 400)
      #expect(answer.text.contains("200"))
    }
  }
}
