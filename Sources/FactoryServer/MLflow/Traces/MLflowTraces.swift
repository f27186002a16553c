import Basics
import Experimentation
import JobProtocol
import MLflowProtocol

/// Traces and spans that clients send.
enum MLflowTraces {
  /// Keeps what is known of a whole trace beside its spans.
  static func keep(_ sent: Trace, in db: LedgerTransaction) throws -> Trace {
    var kept = sent
    let home = try ExperimentStore.experiment(kept.experiment, in: db)
    // There clients put attachments, and those that send no OTLP put the spans.
    kept.tags["mlflow.artifactLocation"] = TraceStore.artifactLocation(of: kept.id, in: home)
    try TraceStore.put(kept, isFinal: true, in: db)
    return try TraceStore.trace(kept.id, in: db)
  }

  /// Keeps spans that an agent has journaled, with the head of the request in `made`.
  static func keepSpans(_ call: TrackingCall, in db: LedgerTransaction) throws {
    let head = try JSONValue(parsing: call.made)
    func field(_ name: String) -> String { head[name]?.stringValue ?? "" }
    let body = try OTLPBody(
      type: field("content-type"), compression: field("content-encoding"), bytes: call.body)
    let experiment = try MLflowFields.experiment(field("x-mlflow-experiment-id"))
    try TraceStore.add(
      try body.arrivals(), to: experiment, run: RunID(field("x-mlflow-run-id")), in: db)
  }
}
