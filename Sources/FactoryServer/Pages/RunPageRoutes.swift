import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Adds the pages of runs and experiments.
  func addRunPageRoutes(_ ledger: Ledger, serverUrl: @escaping @Sendable () -> String) {
    addComparisonRoutes(ledger, serverUrl: serverUrl)
    let runs = RunStore(ledger: ledger)
    route(.get, "/runs/{id}", permission: .read, .page) { _, context in
      try await Self.runPage(try context.runID, ledger).response
    }
    route(.get, "/experiments/{id}", permission: .read, .page) { _, context in
      let text = try context.parameter("id")
      guard let id = ExperimentID(text) else {
        throw ExperimentationError(
          .experimentNotFound, "No Experiment with id=\(text.prefix(60)) exists")
      }
      let (experiment, tags) = try await ledger.read { db in
        (try ExperimentStore.experiment(id, in: db), try ExperimentStore.tags(of: id, in: db))
      }
      let found = try await runs.search(
        in: [id], level: .roots, page: try SearchPage(limit: 200), project: context.project)
      return ExperimentPage(
        experiment: experiment, tags: tags, runs: found.runs, nowMs: systemTimeMs()
      ).response
    }
  }

  /// Points of a curve that is as small as a word.
  private static let sparkPoints = 80
  /// Metrics whose curves are drawn.
  private static let mostCurves = 60

  private static func runPage(_ id: RunID, _ ledger: Ledger) async throws -> RunPage {
    let runs = RunStore(ledger: ledger)
    let details = try await runs.details(id)
    let (experiment, parent) = try await ledger.read { db in
      (
        try ExperimentStore.experiment(details.run.experiment, in: db),
        try details.tags[RunTagKey.parent].flatMap { RunID($0) }.flatMap {
          try RunStore.find($0, in: db)
        }
      )
    }
    let children = try await runs.search(
      in: nil, level: .below(id), page: try SearchPage(limit: 200), project: experiment.project)
    var curves: [String: [MetricPoint]] = [:]
    for point in details.metrics.filter({ $0.step != 0 }).prefix(mostCurves) {
      curves[point.key] = try await runs.sample(of: point.key, run: id, limit: sparkPoints)
    }
    return RunPage(
      details: details, experiment: experiment, parent: parent,
      children: children.runs.reversed(),
      artifacts: try await ArtifactStore(ledger: ledger).files(of: details.run),
      curves: curves, nowMs: systemTimeMs())
  }
}
