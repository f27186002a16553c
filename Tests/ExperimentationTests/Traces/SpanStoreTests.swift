import Basics
import Testing

@testable import Experimentation

@Suite(.timeLimit(.minutes(1))) struct SpanStoreTests {
  private static let home = ExperimentID("0")

  private static func span(
    _ id: Int, parent: Int? = nil, name: String = "step", type: String = "",
    status: TraceSpan.Status = .ok, attributes: String = "[]"
  ) -> TraceSpan {
    func hex(_ number: Int) -> String {
      String(repeating: "0", count: 15) + String(number, radix: 16)
    }
    return TraceSpan(
      id: hex(id), parent: parent.map(hex), name: name, type: type, status: status,
      startNs: Int64(id) * 1_000_000_000, endNs: Int64(id + 2) * 1_000_000_000,
      content: #"{"name":"\#(name)","attributes":\#(attributes)}"#)
  }

  private func withStore(_ body: (Ledger, ExperimentID) async throws -> Void) async throws {
    let test = try TestLedger()
    try await body(test.ledger, try #require(Self.home))
    try test.remove()
  }

  @Test func `spans may come before their trace, in parts and twice`() async throws {
    try await withStore { ledger, home in
      let child = TraceArrival(trace: "tr-1", spans: [Self.span(3, parent: 1)])
      try await ledger.write { try TraceStore.add([child], to: home, in: $0) }
      let early = try await ledger.read { try TraceStore.trace("tr-1", in: $0) }
      #expect(early.state == .inProgress)
      #expect(early.requestedAtMs == 3_000)
      #expect(early.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE")

      var root = TraceArrival(
        trace: "tr-1", spans: [Self.span(1, status: .error), Self.span(3, parent: 1)])
      root.tags = ["service.name": "shop"]
      root.requestPreview = "why?"
      for _ in 0..<2 {
        try await ledger.write { [root] in try TraceStore.add([root], to: home, in: $0) }
      }
      let whole = try #require(
        try await ledger.read { try TraceStore.wholeTrace("tr-1", in: $0) })
      #expect(whole.trace.state == .error)
      #expect(whole.trace.requestedAtMs == 1_000)
      #expect(whole.trace.durationMs == 4_000)
      #expect(whole.trace.requestPreview == "why?")
      #expect(whole.trace.tags["service.name"] == "shop")
      #expect(whole.spans.count == 2)

      // The client's own word on the trace holds, whatever comes later.
      var said = whole.trace
      (said.requestedAtMs, said.durationMs) = (500, 7)
      try await ledger.write { [said] db in
        try TraceStore.put(said, isFinal: true, in: db)
        try TraceStore.add(
          [TraceArrival(trace: "tr-1", spans: [Self.span(9, parent: 1)])], to: home, in: db)
      }
      let last = try await ledger.read { try TraceStore.trace("tr-1", in: $0) }
      #expect(last.requestedAtMs == 500)
      #expect(last.durationMs == 7)
    }
  }

  @Test func `tokens count once where a caller repeats what it called`() async throws {
    try await withStore { ledger, home in
      var caller = Self.span(1)
      caller.usage = ["input_tokens": 10, "total_tokens": 10]
      var called = Self.span(2, parent: 1)
      called.usage = ["input_tokens": 10, "total_tokens": 10]
      var other = Self.span(4, parent: 3)
      other.usage = ["input_tokens": 5, "total_tokens": 6]
      // They come one by one.
      for span in [called, other, Self.span(3), caller] {
        let arrival = TraceArrival(trace: "tr-2", spans: [span])
        try await ledger.write { try TraceStore.add([arrival], to: home, in: $0) }
      }
      let trace = try await ledger.read { try TraceStore.trace("tr-2", in: $0) }
      #expect(
        trace.metadata["mlflow.trace.tokenUsage"] == #"{"input_tokens":15,"total_tokens":16}"#)
    }
  }

  @Test func `spans that are each other's parents are summed without an end`() {
    let nodes = [
      SpanTree.Node(id: "a", parent: "b", counts: [:]),
      SpanTree.Node(id: "b", parent: "a", counts: [:]),
      SpanTree.Node(id: "c", parent: "a", counts: ["total_tokens": 2]),
    ]
    #expect(SpanTree.sums(nodes) == ["total_tokens": 2])
  }

  @Test(arguments: [
    ("span.name = 'load'", ["tr-a"]),
    ("span.name LIKE '%a%'", ["tr-b", "tr-a"]),
    ("span.name = 'load' AND span.type = 'TOOL'", ["tr-a"]),
    // One span must be all of that.
    ("span.name = 'load' AND span.type = 'LLM'", []),
    ("span.status = 'ERROR'", ["tr-b"]),
    ("span.type IN ('TOOL', 'LLM')", ["tr-b", "tr-a"]),
    ("span.attributes.path = 'x.csv'", ["tr-a"]),
    ("span.attributes.`my key` ILIKE '%YES%'", ["tr-b"]),
    ("span.attributes.rows = '5'", ["tr-a"]),
    ("trace.text LIKE '%x.csv%'", ["tr-a"]),
    ("trace.status = 'OK'", ["tr-a"]),
    ("feedback.correct = 'true'", ["tr-a"]),
    ("feedback.score >= 0.5", ["tr-b"]),
    ("feedback.score IS NULL", ["tr-a"]),
    ("expectation.answer = '42'", ["tr-b"]),
    ("end_time_ms > 3000", ["tr-b"]),
    ("prompt = 'greeting/2'", ["tr-a"]),
    ("run_id = '0123456789abcdef0123456789abcdef'", []),
  ])
  func `traces are found by their spans and by what was said of them`(
    filter: String, expected: [String]
  ) async throws {
    try await withStore { ledger, home in
      let load = Self.span(
        1, name: "load", type: "TOOL",
        attributes: #"[{"key":"path","value":{"string_value":"x.csv"}},"#
          + #"{"key":"rows","value":{"int_value":"5"}}]"#)
      let ask = Self.span(
        2, name: "ask", type: "LLM", status: .error,
        attributes: #"[{"key":"my key","value":{"string_value":"oh yes"}}]"#)
      @Sendable func said(_ name: String, _ content: String) -> Assessment {
        Assessment(name: name, content: content, createdAtMs: 1, updatedAtMs: 1)
      }
      try await ledger.write { db in
        try TraceStore.add(
          [TraceArrival(trace: "tr-a", spans: [load]), TraceArrival(trace: "tr-b", spans: [ask])],
          to: home, in: db)
        try TraceStore.put(said("correct", #"{"feedback":{"value":true}}"#), on: "tr-a", in: db)
        try TraceStore.put(said("score", #"{"feedback":{"value":0.75}}"#), on: "tr-b", in: db)
        try TraceStore.put(said("answer", #"{"expectation":{"value":"42"}}"#), on: "tr-b", in: db)
        try TraceStore.linkPrompts([(name: "greeting", version: "2")], to: "tr-a", in: db)
      }
      let (found, _) = try await TraceStore(ledger: ledger).search(
        in: [home], filter: filter, page: SearchPage(limit: 10))
      #expect(found.map(\.id) == expected)
    }
  }
}
