import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `traces/…` of version 3, with tags and deletion of version 2.
  func addMLflowTraceRoutes(_ ledger: Ledger) {
    mlflow(.post, "traces", permission: .write, versions: ["3.0"]) { call in
      var trace = try await call.fields().trace(nowMs: call.nowMs)
      let sent = trace
      trace = try await ledger.write { try MLflowTraces.keep(sent, in: $0) }
      if MLflowVersion.sendsSpans(call.request) {
        trace = try await Self.awaitingSpans(trace, ledger)
      }
      return MLflowAnswer(trace)
    }
    mlflow(.get, "traces/{trace}", permission: .read, versions: ["3.0"]) { call in
      let id = try call.context.parameter("trace")
      return MLflowAnswer(try await ledger.read { try TraceStore.trace(id, in: $0) })
    }
    mlflow(.post, "traces/search", permission: .read, versions: ["3.0"]) { call in
      let fields = try await call.fields()
      guard fields["locations"] != nil else { throw MLflowFields.missing("locations") }
      let experiments = try fields.objects("locations").compactMap {
        try $0.object("mlflow_experiment")?.experiment()
      }
      let (traces, next) = try await TraceStore(ledger: ledger).search(
        in: experiments, filter: try fields.string("filter") ?? "",
        order: try fields.strings("order_by"), page: try fields.page(default: 100, atMost: 500))
      return MLflowAnswer { writer in
        writer.member("traces", traces) { $0.traceInfo($1) }
        writer.member(ifAny: "next_page_token", next)
      }
    }
    mlflow(.post, "traces/delete-traces", permission: .write) { call in
      let fields = try await call.fields()
      let experiment = try fields.experiment()
      let ids = try fields.strings("request_ids") + fields.strings("trace_ids")
      let until = try fields.integer("max_timestamp_millis")
      let limit = try fields.integer("max_traces").flatMap { Int(exactly: $0) }
      guard !ids.isEmpty || until != nil else {
        throw MLflowFailure(
          .invalidParameterValue,
          "Either `max_timestamp_millis` or `trace_ids` must be specified.")
      }
      let count = try await ledger.write { db in
        try TraceStore.delete(in: experiment, ids: ids, untilMs: until, limit: limit, in: db)
      }
      return MLflowAnswer { $0.member("traces_deleted", Int64(count)) }
    }
    mlflow(.patch, "traces/{trace}/tags", permission: .write) { call in
      let id = try call.context.parameter("trace")
      let fields = try await call.fields()
      let (key, value) = (try fields.required("key"), try fields.string("value") ?? "")
      try await ledger.write { try TraceStore.setTag(key, value, of: id, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(.delete, "traces/{trace}/tags", permission: .write) { call in
      let id = try call.context.parameter("trace")
      let key = try await call.fields().required("key")
      try await ledger.write { try TraceStore.deleteTag(key, of: id, in: $0) }
      return MLflowAnswer.done
    }
    addMLflowAssessmentRoutes(ledger)
    addMLflowSpanRoutes(ledger)
    addMLflowTraceMetricRoutes(ledger)
    addMLflowTraceCorrelationRoutes(ledger)
  }

  /// The trace once the first of its spans are here, or half a second later.
  ///
  /// A client sends both at the same time. Where the trace comes first, its client would be told
  /// that no spans are kept here, and would keep them as an artifact too.
  private static func awaitingSpans(_ trace: Trace, _ ledger: Ledger) async throws -> Trace {
    var trace = trace
    for _ in 0..<25 where trace.spansAreArtifact {
      try await Task.sleep(for: .milliseconds(20))
      trace = try await ledger.read { [id = trace.id] in try TraceStore.trace(id, in: $0) }
    }
    return trace
  }

  private func addMLflowAssessmentRoutes(_ ledger: Ledger) {
    let path = "traces/{trace}/assessments"
    mlflow(.post, path, permission: .write, versions: ["3.0"]) { call in
      let trace = try call.context.parameter("trace")
      guard let sent = try await call.fields().object("assessment") else {
        throw MLflowFields.missing("assessment")
      }
      let assessment = try sent.assessment(nowMs: call.nowMs)
      try await ledger.write { try TraceStore.add(assessment, on: trace, in: $0) }
      return MLflowAnswer(assessment, of: trace)
    }
    mlflow(.get, path + "/{assessment}", permission: .read, versions: ["3.0"]) { call in
      let trace = try call.context.parameter("trace")
      let id = try call.context.parameter("assessment")
      let found = try await ledger.read { try TraceStore.assessment(id, on: trace, in: $0) }
      return MLflowAnswer(found, of: trace)
    }
    mlflow(.patch, path + "/{assessment}", permission: .write, versions: ["3.0"]) { call in
      let trace = try call.context.parameter("trace")
      let id = try call.context.parameter("assessment")
      guard let sent = try await call.fields().object("assessment") else {
        throw MLflowFields.missing("assessment")
      }
      let now = call.nowMs
      let changed = try await ledger.write { db in
        var known = try TraceStore.assessment(id, on: trace, in: db)
        var members = try JSONValue(parsing: known.content).objectValue ?? []
        let own = ["assessment_id", "trace_id", "create_time", "last_update_time"]
        for member in sent.members.objectValue ?? [] where !own.contains(member.key) {
          members.removeAll { $0.key == member.key }
          members.append(member)
        }
        known.content = String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
        if let name = try sent.string("assessment_name"), !name.isEmpty { known.name = name }
        known.updatedAtMs = now
        try TraceStore.put(known, on: trace, in: db)
        return known
      }
      return MLflowAnswer(changed, of: trace)
    }
    mlflow(.delete, path + "/{assessment}", permission: .write, versions: ["3.0"]) { call in
      let trace = try call.context.parameter("trace")
      let id = try call.context.parameter("assessment")
      try await ledger.write { try TraceStore.deleteAssessment(id, on: trace, in: $0) }
      return MLflowAnswer.done
    }
  }
}

extension MLflowAnswer {
  fileprivate init(_ trace: Trace) {
    self.init {
      $0.key("trace")
      $0.beginObject()
      $0.key("trace_info")
      $0.traceInfo(trace)
      $0.endObject()
    }
  }

  fileprivate init(_ assessment: Assessment, of trace: String) {
    self.init {
      $0.key("assessment")
      $0.assessment(assessment, of: trace)
    }
  }
}
