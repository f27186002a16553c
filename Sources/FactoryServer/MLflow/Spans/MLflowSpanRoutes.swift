import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// `/v1/traces` (OTLP), whole traces, and their links to runs and prompts.
  func addMLflowSpanRoutes(_ ledger: Ledger) {
    addOTLPRoute(ledger)
    mlflow(.get, "traces/get", permission: .read, versions: ["3.0"]) { call in
      let fields = try await call.fields()
      let id = try fields.required("trace_id")
      let takesParts = try fields.bool("allow_partial") ?? false
      let whole = try await Self.wholeTrace(id, takesParts: takesParts, ledger)
      return try await MLflowAnswer.large { writer in
        writer.key("trace")
        writer.wholeTrace(whole)
      }
    }
    // Clients name the traces in the query, or in a body where they are many.
    for method in [HTTPRequest.Method.get, .post] {
      mlflow(method, "traces/batchGet", permission: .read, versions: ["3.0"]) { call in
        let fields = try await call.fields()
        let ids = try fields.traces("trace_ids")
        let experiments = try fields.strings("experiment_ids")
        let found = try await ledger.read { db in
          try ids.compactMap { try TraceStore.wholeTrace($0, in: db) }.filter {
            $0.isComplete
              && (experiments.isEmpty || experiments.contains($0.trace.experiment.rawValue))
          }
        }
        return try await MLflowAnswer.large { writer in
          writer.member("traces", found) { $0.wholeTrace($1) }
        }
      }
      mlflow(method, "traces/batchGetInfos", permission: .read, versions: ["3.0"]) { call in
        let ids = try await call.fields().traces("trace_ids")
        let found = try await ledger.read { db in
          try ids.compactMap { try TraceStore.trace(ifThere: $0, in: db) }
        }
        return MLflowAnswer { writer in
          writer.member("trace_infos", found) { $0.traceInfo($1) }
        }
      }
    }
    mlflow(.post, "traces/link-to-run", permission: .write) { call in
      let fields = try await call.fields()
      let (ids, run) = (try fields.strings("trace_ids"), try fields.run())
      guard ids.count <= 100 else {
        throw MLflowFailure(
          .invalidParameterValue,
          "Cannot link more than 100 traces to a run in a single request. "
            + "Provided \(ids.count) traces.")
      }
      try await ledger.write { try TraceStore.link(ids, to: run, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(.post, "traces/link-prompts", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.required("trace_id")
      let prompts = try fields.objects("prompt_versions").map {
        (name: try $0.required("name"), version: try $0.required("version"))
      }
      try await ledger.write { try TraceStore.linkPrompts(prompts, to: id, in: $0) }
      return MLflowAnswer.done
    }
  }

  private func addOTLPRoute(_ ledger: Ledger) {
    route(.post, "/v1/traces", permission: .write, .mlflow) { request, _ in
      func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }.flatMap { $0.isEmpty ? nil : $0 }
      }
      guard let home = header("x-mlflow-experiment-id") else {
        throw MLflowFailure(
          .invalidParameterValue,
          "The header 'x-mlflow-experiment-id' must name the experiment of the traces.")
      }
      let experiment = try MLflowFields.experiment(home)
      let run = header("x-mlflow-run-id").flatMap { RunID($0) }
      let body = try await OTLPBody(request)
      let arrivals = try await offTask { try body.arrivals() }
      if !arrivals.isEmpty {
        try await ledger.write { db in
          try TraceStore.add(arrivals, to: experiment, run: run, in: db)
        }
      }
      // An ExportTraceServiceResponse without fields has no bytes.
      return Response(
        status: .ok, headers: [.contentType: body.encoding.rawValue],
        body: .init(byteBuffer: ByteBuffer(string: body.encoding == .json ? "{}" : "")))
    }
  }

  /// A trace with all its spans.
  ///
  /// Clients send the trace and its spans one after another and ask at once: a trace that is not
  /// complete is waited for, up to three seconds.
  private static func wholeTrace(
    _ id: String, takesParts: Bool, _ ledger: Ledger
  ) async throws -> WholeTrace {
    for _ in 0..<15 {
      let whole = try await ledger.read { db in
        // One that is not there at all is an error at once.
        (try TraceStore.trace(id, in: db), try TraceStore.wholeTrace(id, in: db)).1
      }
      if let whole, takesParts || whole.isComplete { return whole }
      try await Task.sleep(for: .milliseconds(200))
    }
    throw MLflowFailure(
      .doesNotExist,
      "Trace with ID \(id.prefix(100)) is not fully exported yet, please try again later.")
  }
}

extension MLflowFields {
  /// Identifiers of traces; at most 1,000.
  fileprivate func traces(_ name: String) throws -> [String] {
    let ids = try strings(name)
    guard ids.count <= 1_000 else {
      throw MLflowFailure(
        .invalidParameterValue, "At most 1000 traces can be asked for at once; \(ids.count) were.")
    }
    return ids
  }
}

extension JSONWriter {
  fileprivate mutating func wholeTrace(_ whole: WholeTrace) {
    beginObject()
    key("trace_info")
    traceInfo(whole.trace)
    member("spans", whole.spans) { $0.raw(Array($1.utf8)) }
    endObject()
  }
}
