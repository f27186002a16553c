import JSONCoding
import MLflowProtocol

/// Searches among the runs of the job, where the server cannot be asked.
extension TrackingView {
  /// Runs that this job has made, the newest first, filtered by texts that are equal or not.
  func searchRuns(_ call: TrackedCall) throws -> HTTPAnswer {
    let clauses = try EqualityFilter(call.fields.string("filter") ?? "")
    let wanted = Set(try call.fields.strings("experiment_ids"))
    let view = try call.fields.string("run_view_type") ?? "ACTIVE_ONLY"
    let limit = try call.fields.integer("max_results", default: 1_000, in: 1...50_000)
    guard try call.fields.strings("order_by").allSatisfy(Self.isOrderOfStart) else {
      throw ServerNeeded(what: "the order of runs by anything but their start")
    }
    let found = ownRuns.compactMap { runs[$0] }.filter { run in
      wanted.contains(run.experiment)
        && (view == "ALL" || (run.lifecycle == "active") == (view != "DELETED_ONLY"))
        && clauses.holds(for: run)
    }
    .sorted { ($0.startedAtMs, $1.id) > ($1.startedAtMs, $0.id) }.prefix(limit)
    return HTTPAnswer.object { $0.member("runs", found) { $0.run($1) } }
  }

  private static func isOrderOfStart(_ text: String) -> Bool {
    let words = text.lowercased().split(separator: " ").map(String.init)
    return ["attributes.start_time", "attribute.start_time", "start_time"].contains(words.first)
      && words.dropFirst().elementsEqual(["desc"])
  }
}

/// The part of MLflow's filters that needs no database: texts that are equal, or not, joined by AND.
struct EqualityFilter {
  private struct Clause {
    var entity: String
    var key: String
    var isEqual: Bool
    var value: String
  }

  private var clauses: [Clause] = []

  /// - Throws: `ServerNeeded` for a filter that says more.
  init(_ text: String) throws {
    var rest = text[...]
    while true {
      Self.skipBlanks(&rest)
      if rest.isEmpty && clauses.isEmpty { return }
      guard let clause = Self.clause(&rest) else {
        throw ServerNeeded(what: "what the filter '\(text.prefix(200))' finds")
      }
      clauses.append(clause)
      Self.skipBlanks(&rest)
      if rest.isEmpty { return }
      guard rest.prefix(4).lowercased() == "and " else {
        throw ServerNeeded(what: "what the filter '\(text.prefix(200))' finds")
      }
      rest = rest.dropFirst(4)
    }
  }

  func holds(for run: RunView) -> Bool { holds { Self.value($0, $1, of: run) } }

  /// - Parameter value: of an entity's key, such as `tags` and `a`; what is not there satisfies nothing.
  func holds(_ value: (_ entity: String, _ key: String) -> String?) -> Bool {
    clauses.allSatisfy { clause in
      guard let found = value(clause.entity, clause.key) else { return false }
      return (found == clause.value) == clause.isEqual
    }
  }

  private static func value(_ entity: String, _ key: String, of run: RunView) -> String? {
    switch entity {
    case "tag", "tags": run.tags[key]
    case "param", "params", "parameters": run.params[key]
    default:
      switch key {
      case "run_id": run.id
      case "run_name", "run name": run.name
      case "status": run.status
      case "user_id": run.user
      default: nil
      }
    }
  }

  private static func clause(_ rest: inout Substring) -> Clause? {
    let entity = String(rest.prefix { $0.isLetter || $0 == "_" })
    rest = rest.dropFirst(entity.count)
    var clause = Clause(entity: "attribute", key: entity, isEqual: true, value: "")
    if rest.first == "." {
      rest = rest.dropFirst()
      clause.entity = entity.lowercased()
      if let quote = rest.first, quote == "`" || quote == "\"" {
        guard let key = quoted(&rest) else { return nil }
        clause.key = key
      } else {
        clause.key = String(rest.prefix { $0 != " " && $0 != "=" && $0 != "!" })
        rest = rest.dropFirst(clause.key.count)
      }
    }
    let known = [
      "tag", "tags", "param", "params", "parameters", "attribute", "attributes", "attr", "run",
    ]
    guard known.contains(clause.entity), !clause.key.isEmpty else { return nil }
    skipBlanks(&rest)
    if rest.hasPrefix("!=") {
      clause.isEqual = false
      rest = rest.dropFirst(2)
    } else if rest.hasPrefix("=") {
      rest = rest.dropFirst()
    } else {
      return nil
    }
    skipBlanks(&rest)
    guard let quote = rest.first, quote == "'" || quote == "\"", let value = quoted(&rest) else {
      return nil
    }
    clause.value = value
    return clause
  }

  private static func quoted(_ rest: inout Substring) -> String? {
    guard let quote = rest.popFirst(), let end = rest.firstIndex(of: quote) else { return nil }
    defer { rest = rest[rest.index(after: end)...] }
    return String(rest[..<end])
  }

  private static func skipBlanks(_ rest: inout Substring) {
    while rest.first == " " { rest.removeFirst() }
  }
}
