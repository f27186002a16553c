import JSONCoding
import MLflowProtocol
import Synchronization

/// What an agent asks of the server.
extension TrackingEndpoint {
  /// Says how far a server must have read the journal before it answers.
  private static let journalHeader = "X-AIFactory-Journal"

  /// Hands on a request that may be made twice; nil where nothing came of it.
  func relay(_ request: HTTPRequest, _ body: [UInt8]) -> ServerLink.Reply? {
    do {
      return try relayOnce(request, body)
    } catch {
      return nil
    }
  }

  /// Hands a request on; nil where the server cannot be reached, or has not read so far.
  ///
  /// - Throws: when the server may have done what it was asked.
  func relayOnce(
    _ request: HTTPRequest, _ body: [UInt8]
  ) throws(ServerLink.ReplyLost) -> ServerLink.Reply? {
    let (end, confirmed) = state.withLock { ($0.lastCallEnd, $0.confirmedEnd) }
    var headers: [(String, String)] = []
    for name in Self.spanHeaders + ["user-agent", "range"] {
      if let value = request.headers[name] { headers.append((name, value)) }
    }
    if end > confirmed { headers.append((Self.journalHeader, "\(attemptName)/\(end)")) }
    let target = request.query.isEmpty ? request.path : request.path + "?" + request.query
    guard let reply = try server.ask(request.method, target, headers: headers, body: body),
      // The server's way to say that it cannot serve now: what is known here is better.
      reply.status != 503
    else { return nil }
    state.withLock { $0.confirmedEnd = max($0.confirmedEnd, end) }
    return reply
  }

  /// Whether a call is about a version, or about a name, that only this job knows by now.
  func concernsProvisional(_ request: HTTPRequest, _ body: [UInt8]) throws -> Bool {
    let fields = try Self.fields(of: request, body)
    if fields["version"] != nil {
      return MLflowProvisional.versions.contains(try fields.version())
    }
    guard let name = try fields.string("name"), let alias = try fields.string("alias") else {
      return false
    }
    return state.withLock { $0.view.registry.models[name]?.aliases[alias] }
      .map { MLflowProvisional.versions.contains($0) } ?? false
  }

  /// Learns something of the server, and whether this job can write to it.
  func adopt(_ missing: ServerNeeded.Missing) -> Bool {
    switch missing {
    case .run(let id):
      guard let (answer, isOwn) = ask("runs/get?run_id=\(id)"), let value = answer["run"],
        var run = RunView(value)
      else { return false }
      run.isOwn = isOwn
      state.withLock { if $0.view.runs[id] == nil { $0.view.runs[id] = run } }
    case .experiment(let id):
      guard let (answer, _) = ask("experiments/get?experiment_id=\(id)"),
        let value = answer["experiment"], let experiment = ExperimentView(value)
      else { return false }
      state.withLock {
        if $0.view.experiments[id] == nil { $0.view.experiments[id] = experiment }
      }
    case .model(let id):
      guard let (answer, isOwn) = ask("logged-models/\(id)"), let value = answer["model"],
        var model = LoggedModelView(value)
      else { return false }
      model.isOwn = isOwn
      state.withLock { if $0.view.models[id] == nil { $0.view.models[id] = model } }
    }
    return true
  }

  /// What the server has there, and whether it lets this job change that.
  private func ask(_ target: String) -> (answer: JSONValue, isOwn: Bool)? {
    guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    do {
      guard let reply = try server.ask("GET", "/api/2.0/mlflow/" + target), reply.status == 200
      else { return nil }
      let isOwn = reply.header("x-aifactory-may-change") != "no"
      guard let body = reply.body(limit: 64 << 20) else { return nil }
      return (try JSONValue(parsing: body, acceptsPythonNumbers: true), isOwn)
    } catch {
      // A reply that was lost, or is no JSON, is as good as none: nothing is changed by asking.
      return nil
    }
  }
}

extension HTTPConnection {
  /// Sends what the server answers, whose end is the end of the connection.
  func pass(on reply: consuming ServerLink.Reply) throws(Loss) {
    // The client must not expect to use the connection again.
    let line = reply.bytes.firstIndex(of: 10).map { $0 + 1 } ?? 0
    try send(reply.bytes[..<line] + Array("Connection: close\r\n".utf8) + reply.bytes[line...])
    while case let chunk = reply.more(), !chunk.isEmpty { try send(chunk) }
  }
}
