import API
import Basics
import HTTPTypes
import JobProtocol
import Optimization

/// The routes of searches.
extension FactoryRoutes {
  /// Adds `/api/v1/studies` and what is below it.
  func addStudyRoutes(_ ledger: Ledger) {
    let store = StudyStore()
    route(
      .get, "/api/v1/studies", permission: .read,
      .api(
        "Lists searches, newest first.", query: [.limit(1_000)], answer: .json(StudyListWire.self))
    ) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      let project = context.project
      let list = try await ledger.read { db in
        try store.studies(project: project, limit: limit, in: db)
      }
      return try WireResponse(
        StudyListWire(studies: list.map { StudyWire($0, trials: nil) }))
    }
    route(
      .get, "/api/v1/studies/{id}", permission: .read,
      .api("Tells of a search with its trials.", answer: .json(StudyWire.self))
    ) { _, context in
      let id = try context.identifier("id", of: StudySummary.self)
      let found = try await ledger.read { db -> (StudySummary, [TrialReport], StudyTerms?)? in
        guard let study = try store.study(id, in: db) else { return nil }
        return (study, try store.trials(of: id, in: db), try store.terms(of: id, in: db))
      }
      guard let (study, trials, terms) = found else {
        throw ServerError(
          .notFound, "No study has the id \(id).",
          hint: "`aifactory studies list` shows the newest.")
      }
      var wire = StudyWire(study, trials: trials.map { StudyWire.Trial($0) })
      let origins = terms?.warmStart ?? study.warmStart
      if !origins.isEmpty {
        wire.warmStart = origins.map { StudyWire.Origin(study: $0.study.rawValue, trial: $0.trial) }
      }
      if !study.attributes.isEmpty { wire.userAttributes = study.attributes }
      return try WireResponse(wire)
    }
  }
}

extension StudyWire {
  init(_ study: StudySummary, trials: [Trial]?) {
    self.init(
      id: study.id.rawValue, name: study.name, job: study.job, metric: study.metric,
      goal: study.goal.rawValue,
      goals: study.goals.count > 1 ? study.goals.map(\.rawValue) : nil,
      metrics: study.goals.count > 1 ? study.metrics : nil, sampler: study.sampler,
      pruner: study.pruner, seed: study.seed, createdAtMs: study.createdAtMs, budget: study.budget,
      space: trials == nil ? nil : study.space?.json, trials: trials)
  }
}

extension StudyWire.Trial {
  init(_ report: TrialReport) {
    self.init(
      number: report.number, outcome: report.outcome.rawValue, value: report.value,
      values: report.values, standardErrors: report.errors,
      constraints: report.constraints, infeasible: report.isInfeasible ? true : nil,
      steps: report.steps, parameters: report.parameters,
      startedAtMs: report.startedAtMs, endedAtMs: report.endedAtMs, message: report.message,
      promotion: report.promotion.map {
        TrialPromotionWire(trial: $0.trial, rung: $0.rung, better: $0.better, seen: $0.seen)
      })
    userAttributes = report.attributes
    // What is no JSON was written by another program.
    enqueued = report.enqueued.flatMap { text in
      try? JSONValue(parsing: Array(text.utf8), acceptsPythonNumbers: true)
    }
  }
}
