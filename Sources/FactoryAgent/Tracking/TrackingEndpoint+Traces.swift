import JSONCoding
import JobProtocol
import MLflowProtocol

/// Traces, which are kept for the server where it cannot be reached, and cannot be read here.
extension TrackingEndpoint {
  /// What of a request's head says how its spans are written, and where they belong.
  static let spanHeaders = [
    "content-type", "content-encoding", "x-mlflow-experiment-id", "x-mlflow-run-id",
  ]

  /// Journals spans as they came.
  func keepSpans(_ request: HTTPRequest, _ body: [UInt8]) throws -> HTTPAnswer {
    guard body.count <= Self.recordBodyLimit else { throw Self.tooLarge }
    guard request.headers["x-mlflow-experiment-id"]?.isEmpty == false else {
      throw MLflowFailure(
        .invalidParameterValue,
        "The header 'x-mlflow-experiment-id' must name the experiment of the traces.")
    }
    let head = JSONValue.object(
      Self.spanHeaders.compactMap { name in
        request.headers[name].map { JSONMember(name, .string($0)) }
      })
    try write(
      TrackingCall(
        method: "POST", path: "v1/traces", made: String(decoding: head.encoded(), as: UTF8.self),
        body: body)
    ) { _ in }
    var answer = HTTPAnswer.done
    answer.type = request.headers["content-type"] ?? "application/x-protobuf"
    // An ExportTraceServiceResponse without fields has no bytes.
    if !answer.type.hasPrefix("application/json") { answer.body = .bytes([]) }
    return answer
  }
}

extension TrackingView {
  /// Keeps what is known of a whole trace beside its spans.
  func logTrace(_ call: TrackedCall) throws -> HTTPAnswer {
    guard let trace = call.fields["trace"], let info = trace["trace_info"],
      info["trace_id"]?.stringValue?.isEmpty == false
    else { throw MLflowFields.missing("trace.trace_info.trace_id") }
    try call.write()
    return HTTPAnswer.object {
      $0.key("trace")
      $0.value(trace)
    }
  }
}
