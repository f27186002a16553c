import MLflowProtocol
import Basics
import Compute
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `runs/…` but for what a run logs.
  func addMLflowRunRoutes(_ ledger: Ledger) {
    let runs = RunStore(ledger: ledger)
    mlflowWrite("runs/create", ledger) { body in
      let nowMs = systemTimeMs()
      return try MLflowRuns.creation(
        try body.fields(), id: .timed(atMs: nowMs), nowMs: nowMs, job: body.job)
    } answer: { details in
      MLflowAnswer {
        $0.key("run")
        $0.run(details)
      }
    }
    mlflow(.get, "runs/get", permission: .read) { call in
      let details = try await runs.details(try await call.fields().run())
      return MLflowAnswer {
        $0.key("run")
        $0.run(details)
      }
    }
    mlflowWrite("runs/update", ledger) { body in
      try MLflowRuns.update(try body.fields())
    } answer: { run in
      MLflowAnswer {
        $0.key("run_info")
        $0.runInfo(run)
      }
    }
    for (verb, stage) in [("delete", LifecycleStage.deleted), ("restore", .active)] {
      mlflowWrite("runs/\(verb)", ledger) { body in
        try MLflowRuns.lifecycle(stage, try body.fields(), nowMs: systemTimeMs())
      } answer: {
        MLflowAnswer.done
      }
    }
    mlflow(.post, "runs/search", permission: .read) { call in
      let fields = try await call.fields()
      let experiments = try fields.experiments()
      let (found, next) = try await runs.search(
        in: experiments, filter: try fields.string("filter") ?? "",
        order: try fields.strings("order_by"), view: try fields.view("run_view_type"),
        page: try fields.page(default: 1_000, atMost: 50_000))
      return try await MLflowAnswer.large(items: found.count) { writer in
        writer.member("runs", found) { $0.run($1) }
        writer.member(ifAny: "next_page_token", next)
      }
    }
  }
}

extension MLflowFields {
  /// A run's status, as a word or as a number of the protocol's enumeration.
  func status(_ name: String) throws -> RunStatus? {
    guard let value = self[name] else { return nil }
    switch value {
    case .string(""): return nil
    case .string(let word):
      if let status = RunStatus(rawValue: word) { return status }
    case .number(let number):
      let order: [RunStatus] = [.running, .scheduled, .finished, .failed, .killed]
      if let place = Int(exactly: number), (1...order.count).contains(place) {
        return order[place - 1]
      }
    case .null, .bool, .array, .object: break
    }
    throw Self.invalid(name, value)
  }
}

extension JSONWriter {
  /// A run in MLflow's shape.
  mutating func run(_ details: RunDetails) {
    beginObject()
    key("info")
    runInfo(details.run)
    key("data")
    beginObject()
    member("metrics", details.metrics) { $0.metric($1) }
    member("params", pairs: details.params)
    member("tags", pairs: details.tags)
    endObject()
    key("inputs")
    beginObject()
    member("dataset_inputs", details.inputs) { $0.datasetInput($1) }
    member("model_inputs", details.models.filter { $0.direction == .input }) { writer, model in
      writer.beginObject()
      writer.member("model_id", model.model)
      writer.endObject()
    }
    endObject()
    key("outputs")
    beginObject()
    member("model_outputs", details.models.filter { $0.direction == .output }) { writer, model in
      writer.beginObject()
      writer.member("model_id", model.model)
      writer.member("step", model.step)
      writer.endObject()
    }
    endObject()
    endObject()
  }

  /// What is known of a run beside what it logged.
  mutating func runInfo(_ run: Run) {
    beginObject()
    member("run_uuid", run.id.rawValue)
    member("experiment_id", run.experiment.rawValue)
    member("run_name", run.name)
    member("user_id", run.user)
    member("status", run.status.rawValue)
    member("start_time", run.startedAtMs)
    if let end = run.endedAtMs { member("end_time", end) }
    member("artifact_uri", run.artifactLocation)
    member("lifecycle_stage", run.lifecycle.rawValue)
    member("run_id", run.id.rawValue)
    endObject()
  }

  /// One point of a metric.
  mutating func metric(_ point: MetricPoint, run: String? = nil) {
    beginObject()
    member("key", point.key)
    member("value", point.value)
    member("timestamp", point.timestampMs)
    member("step", point.step)
    member(ifAny: "run_id", run)
    endObject()
  }

  private mutating func datasetInput(_ input: RunInput) {
    beginObject()
    var tags = input.tags
    if !input.context.isEmpty { tags[MLflowInputTag.context] = input.context }
    member("tags", pairs: tags)
    key("dataset")
    beginObject()
    member("name", input.name)
    member("digest", input.digest)
    member("source_type", input.sourceType)
    member("source", input.source)
    member(ifAny: "schema", input.schema)
    member(ifAny: "profile", input.profile)
    endObject()
    endObject()
  }
}
