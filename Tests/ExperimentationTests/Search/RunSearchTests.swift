import Basics
import GRDB
import Testing

@testable import Experimentation

struct RunSearchTests {
  /// Runs with metrics, params and tags drawn from a seed, searched in every way and compared with
  /// a plain loop over what was written.
  @Test func `a search finds what a loop over all runs finds`() async throws {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    let store = RunStore(ledger: folder.ledger)
    var generator = SeededGenerator(seed: 3)
    var all: [RunDetails] = []
    for i in 0..<60 {
      let run = try await store.create(
        in: .standard, name: "Run-\(i % 9)", startedAtMs: Int64(i % 20))
      if generator.next(below: 3) > 0 {
        let value = generator.next(below: 8) == 0 ? .nan : Double(generator.next(below: 10))
        try await store.log(
          [MetricPoint(key: "acc", value: value, step: 0, timestampMs: 1)], to: run.id)
      }
      if generator.next(below: 2) == 0 {
        try await store.note(
          params: ["depth": "\(generator.next(below: 4))"],
          tags: ["Team": ["red", "Red", "blue"][generator.next(below: 3)]], on: run.id)
      }
      all.append(try await store.details(run.id))
    }
    func value(_ run: RunDetails) -> Double? { run.metrics.first?.value }
    let cases: [(String, (RunDetails) -> Bool)] = [
      ("", { _ in true }),
      ("metrics.acc > 4", { (value($0) ?? -1) > 4 }),
      ("metrics.acc != 4", { value($0).map { $0 != 4 } ?? false }),
      ("params.depth = '2'", { $0.params["depth"] == "2" }),
      ("params.depth != '2'", { $0.params["depth"].map { $0 != "2" } ?? false }),
      ("params.depth IS NULL", { $0.params["depth"] == nil }),
      ("tags.Team LIKE 'r%'", { $0.tags["Team"] == "red" }),
      ("tags.Team ILIKE 'R%'", { ["red", "Red"].contains($0.tags["Team"]) }),
      (
        "run_name = 'Run-3' AND start_time <= 12",
        {
          $0.run.name == "Run-3" && $0.run.startedAtMs <= 12
        }
      ),
      (
        "attr.status = 'RUNNING' AND metrics.acc <= 3 AND metrics.acc >= 1",
        {
          (1...3).contains(value($0) ?? -1)
        }
      ),
      (
        "run_id IN ('\(all[5].run.id)', '\(all[7].run.id)')",
        { [all[5].run.id, all[7].run.id].contains($0.run.id) }
      ),
      ("metrics.unknown < 1", { _ in false }),
    ]
    for (filter, matches) in cases {
      let found = try await store.search(
        in: [.standard], filter: filter, page: try SearchPage(limit: 1_000))
      #expect(
        Set(found.runs.map(\.run.id)) == Set(all.filter(matches).map(\.run.id)), "\(filter)")
      #expect(found.next == nil)
      #expect(found.runs.map(\.run.startedAtMs) == found.runs.map(\.run.startedAtMs).sorted(by: >))
    }
  }

  /// More runs than are sorted at once: every way of searching, compared with a plain sort.
  @Test(arguments: ["", "ASC", "DESC"])
  func `a search among many runs finds what a sort of all finds`(direction: String) async throws {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    let store = RunStore(ledger: folder.ledger)
    let all = try await folder.ledger.write { db in
      var generator = SeededGenerator(seed: 11)
      let other = try ExperimentStore.create(named: "other", nowMs: 1, in: db)
      return try (0..<2_600).map { i -> ManyRun in
        let id = RunID.random()
        _ = try RunStore.create(
          id, experiment: i % 13 == 0 ? other.id : .standard, name: "r",
          startedAtMs: Int64(i % 700),
          in: db)
        // Few values, so that many are equal; some runs lack the metric, some have NaN.
        let draw = generator.next(below: 40)
        let value: Double? = draw == 0 ? nil : draw == 1 ? .nan : Double(draw / 2)
        if let value {
          try RunStore.log(
            [MetricPoint(key: "acc", value: value, step: 0, timestampMs: 1)], to: id, in: db)
        }
        let depth = generator.next(below: 3)
        try RunStore.note(params: ["depth": "\(depth)"], on: id, in: db)
        return ManyRun(
          id: id, isHere: i % 13 != 0, start: Int64(i % 700), value: value, depth: depth)
      }
    }
    let order = direction.isEmpty ? [] : ["metrics.acc \(direction)"]
    let sorted = all.sorted { $0.comes(before: $1, direction) }
    let cases: [(filter: String, matches: (ManyRun) -> Bool)] = [
      ("", { _ in true }),
      ("metrics.acc > 3", { ($0.value ?? -1) > 3 }),
      ("metrics.acc >= 18 AND params.depth = '1'", { ($0.value ?? -1) >= 18 && $0.depth == 1 }),
      ("metrics.acc = 5", { $0.value == 5 }),
      ("metrics.acc != 5", { $0.value.map { $0 != 5 } ?? false }),
      ("metrics.acc > 99", { _ in false }),
      ("params.depth = '2'", { $0.depth == 2 }),
    ]
    for (filter, matches) in cases {
      for experiments in [[ExperimentID.standard], nil] {
        let expected = sorted.filter { matches($0) && ($0.isHere || experiments == nil) }.map(\.id)
        for limit in [50, 4_000] {
          var token: String?
          var found: [RunID] = []
          repeat {
            let page = try await store.search(
              in: experiments, filter: filter, order: order,
              page: try SearchPage(limit: limit, token: token))
            found += page.runs.map(\.run.id)
            token = page.next
          } while token != nil && found.count < 150
          #expect(
            found == Array(expected.prefix(found.count)), "\(filter) \(order) \(limit)")
          #expect(found.count >= min(150, expected.count))
        }
      }
    }
  }

  private struct ManyRun: Sendable {
    var id: RunID
    var isHere: Bool
    var start: Int64
    var value: Double?
    var depth: Int

    /// Numbers in order, then NaN, then none; the newest first among equals.
    func comes(before other: ManyRun, _ direction: String) -> Bool {
      if !direction.isEmpty {
        if rank != other.rank { return rank < other.rank }
        if rank == 0, let value, let theirs = other.value, value != theirs {
          return direction == "ASC" ? value < theirs : value > theirs
        }
      }
      return start != other.start ? start > other.start : id.rawValue < other.id.rawValue
    }

    private var rank: Int { value.map { $0.isNaN ? 1 : 0 } ?? 2 }
  }

  @Test func `numbers come first, then NaN, then runs without the metric, both ways`() async throws
  {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    let store = RunStore(ledger: folder.ledger)
    for (name, value) in [("a", 2.0), ("b", .nan), ("c", nil), ("d", -.infinity), ("e", 7)] {
      let run = try await store.create(in: .standard, name: name, startedAtMs: 1)
      guard let value else { continue }
      try await store.log(
        [MetricPoint(key: "m", value: value, step: 0, timestampMs: 1)], to: run.id)
    }
    for (direction, expected) in [("ASC", "daebc"), ("DESC", "eadbc")] {
      let found = try await store.search(
        in: [.standard], order: ["metrics.m \(direction)"], page: try SearchPage(limit: 10))
      #expect(found.runs.map(\.run.name).joined() == expected)
    }
  }

  @Test func `pages join to the whole without gaps`() async throws {
    let folder = try TestLedger()
    defer { try? folder.remove() }  // A leftover in the temporary folder harms nobody.
    let store = RunStore(ledger: folder.ledger)
    for i in 0..<25 {
      _ = try await store.create(in: .standard, name: "\(i)", startedAtMs: Int64(i / 3))
    }
    var token: String?
    var seen: [RunID] = []
    repeat {
      let page = try await store.search(
        in: [.standard], page: try SearchPage(limit: 7, token: token))
      seen += page.runs.map(\.run.id)
      token = page.next
    } while token != nil
    #expect(seen.count == 25)
    #expect(Set(seen).count == 25)
  }
}
