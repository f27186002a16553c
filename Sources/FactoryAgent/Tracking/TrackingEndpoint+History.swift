import JSONCoding
import JobProtocol
import MLflowProtocol
import Synchronization

/// Curves, which an agent does not keep in memory: its journal has them.
extension TrackingEndpoint {
  private static let stretchBytes = 4 << 20

  /// All points of a metric that this attempt has logged to a run.
  func history(_ request: HTTPRequest) throws -> HTTPAnswer {
    let fields = MLflowFields(query: request.query)
    let run = try fields.required("run_id")
    let key = try fields.required("metric_key")
    _ = try state.withLock { try $0.view.run(run) }
    var points: [RunView.Point] = []
    var offset: Int64 = 0
    while true {
      let bytes = journal.bytes(from: offset, limit: Self.stretchBytes)
      let reading = JournalFormat.read(bytes, startsWithHead: offset == 0)
      guard reading.byteCount > 0 else { break }
      offset += Int64(reading.byteCount)
      for record in reading.records {
        guard case .call(let call) = record.event, call.path.hasPrefix("runs/log-") else {
          continue
        }
        points += Self.points(of: key, run: run, in: call)
      }
    }
    points.sort { $1.isLater(than: $0) }
    return HTTPAnswer.object { writer in
      writer.member("metrics", points) { $0.metric(key, $1) }
    }
  }

  private static func points(
    of key: String, run: String, in call: TrackingCall
  ) -> [RunView.Point] {
    // It was checked when it was journaled.
    guard let body = try? JSONValue(parsing: call.body, acceptsPythonNumbers: true),
      (body["run_id"] ?? body["run_uuid"])?.stringValue == run
    else { return [] }
    let metrics = call.path == "runs/log-metric" ? [body] : body["metrics"]?.arrayValue ?? []
    return metrics.compactMap { metric in
      let fields = MLflowFields(members: metric)
      guard metric["key"]?.stringValue == key, let value = try? fields.double("value"),
        let time = try? fields.integer("timestamp")
      else { return nil }
      return RunView.Point(
        value: value, step: (try? fields.integer("step")) ?? 0, timestampMs: time)
    }
  }
}

extension MLflowFields {
  /// The fields of a query.
  init(query: String) {
    var members: [JSONMember] = []
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = decodedURLText(halves[0], plusIsBlank: true) ?? String(halves[0])
      let text = halves.count > 1 ? halves[1] : ""
      let value = JSONValue.string(decodedURLText(text, plusIsBlank: true) ?? String(text))
      if let index = members.firstIndex(where: { $0.key == name }) {
        members[index].value = .array(
          (members[index].value.arrayValue ?? [members[index].value]) + [value])
      } else {
        members.append(JSONMember(name, value))
      }
    }
    self.init(members: .object(members), isQuery: true)
  }
}
