import API
import Basics
import Experimentation
import HTTPTypes
import Hummingbird
public import Workflows

extension FactoryRoutes {
  /// Adds `/api/v1/workflow-runs`, `/api/v1/workflow-plans` and `/api/v1/explain`.
  public func addWorkflowRoutes(
    _ runner: WorkflowRunner, planner: WorkflowPlanner, presenter: WorkflowRunPresenter,
    explainer: Explainer
  ) {
    route(
      .post, "/api/v1/workflow-runs", permission: .write,
      .api(
        "Runs a workflow file.", body: WorkflowSubmissionWire.self,
        answer: .json(WorkflowRunWire.self, .created))
    ) { request, context in
      let wire = try await request.wire(WorkflowSubmissionWire.self)
      let run = try await runner.submit(
        text: wire.text, filePath: wire.path, baseFolder: wire.baseFolder,
        project: context.project, source: wire.source.map { RunSource($0, name: wire.path) })
      return try WireResponse(presenter.wire(run), status: .created)
    }
    route(
      .get, "/api/v1/workflow-runs", permission: .read,
      .api(
        "Lists workflow runs, newest first.", query: [.limit(10_000)],
        answer: .json(WorkflowRunListWire.self))
    ) { request, _ in
      let limit = try request.query("limit", default: 100, in: 1...10_000)
      return try WireResponse(try await presenter.list(limit: limit))
    }
    route(
      .get, "/api/v1/workflow-runs/{id}", permission: .read,
      .api("Tells of a workflow run.", answer: .json(WorkflowRunWire.self))
    ) { _, context in
      try WireResponse(try await presenter.wire(try context.identifier("id")))
    }
    route(
      .post, "/api/v1/workflow-runs/{id}/cancel", permission: .write,
      .api("Cancels a workflow run.", answer: .json(WorkflowRunWire.self), refusals: [.conflict])
    ) { _, context in
      try WireResponse(presenter.wire(try await runner.cancel(try context.identifier("id"))))
    }
    route(
      .post, "/api/v1/workflow-plans", permission: .write,
      .api(
        "Says what a workflow file would run, and why.", body: WorkflowSubmissionWire.self,
        answer: .json(WorkflowPlanWire.self))
    ) { request, _ in
      let wire = try await request.wire(WorkflowSubmissionWire.self)
      let plan = try await planner.plan(
        text: wire.text, filePath: wire.path, baseFolder: wire.baseFolder)
      return try WireResponse(WorkflowPlanWire(plan))
    }
    route(
      .get, "/api/v1/explain/{id}", permission: .read,
      .api(
        "Follows any identifier back to the bytes it came from.",
        answer: .json(ExplanationWire.self))
    ) { _, context in
      try WireResponse(try await explainer.explain(try context.parameter("id")))
    }
  }
}

extension WorkflowPlanWire {
  init(_ plan: (name: String, stages: [WorkflowPlanner.Stage])) {
    self.init(
      name: plan.name,
      stages: plan.stages.map {
        Stage(
          name: $0.name.rawValue, action: $0.isReused ? "reuse" : "run", reasons: $0.reasons,
          key: $0.key, site: $0.site)
      })
  }
}
