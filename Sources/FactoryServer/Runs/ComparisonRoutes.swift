import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Adds `/runs/compare`: runs side by side on a page that needs nothing else.
  ///
  /// `runs=A,B` names them, `below=A` takes those right below one, `experiment=ID` the newest of an
  /// experiment; `metric` orders them. With `file=true` its links lead to `serverUrl`.
  func addComparisonRoutes(_ ledger: Ledger, serverUrl: @escaping @Sendable () -> String) {
    let store = ComparisonStore(ledger: ledger)
    route(.get, "/runs/compare", permission: .read, .page) { request, context in
      let ids = try await Self.runs(of: request, in: context.project, ledger)
      let compared = try await store.compare(ids, by: request.query("metric"))
      let isFile = request.query("file") == "true"
      let page = ComparisonPage(
        compared, base: isFile ? serverUrl() : "", nowMs: systemTimeMs())
      return PageResponse(
        html: page.html(), policy: ComparisonPage.policy + "; frame-ancestors 'none'")
    }
  }

  private static func runs(
    of request: Request, in project: String, _ ledger: Ledger
  ) async throws -> [RunID] {
    let runs = RunStore(ledger: ledger)
    if let text = request.query("below") {
      return try await runs.children(of: try RunID(query: text), limit: ComparedRuns.mostRuns)
        .map(\.id)
    }
    if let text = request.query("experiment") {
      let found = try await runs.search(
        in: [try ExperimentID(query: text)], level: .roots,
        page: try SearchPage(limit: ComparedRuns.mostRuns), project: project)
      return found.runs.map(\.run.id)
    }
    var seen: Set<RunID> = []
    return try (request.query("runs") ?? "").split(separator: ",")
      .map { try RunID(query: String($0)) }.filter { seen.insert($0).inserted }
  }
}

extension ExperimentID {
  /// The experiment that a query names.
  init(query text: String) throws {
    guard let id = ExperimentID(text) else {
      throw ServerError(.badRequest, "'experiment' is '\(text)'; expected decimal digits.")
    }
    self = id
  }
}

extension RunID {
  /// The run that a query names.
  init(query text: String) throws {
    guard let id = RunID(text) else {
      throw ExperimentationError(
        .runNotFound, "No run has the id \(text.prefix(60)).",
        hint: "A run's id has 32 hexadecimal digits; `aifactory runs list` shows the newest.")
    }
    self = id
  }
}
