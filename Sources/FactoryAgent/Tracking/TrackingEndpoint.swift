import CLinux
import Glibc
import JSONCoding
import JobProtocol
import MLflowProtocol
import Synchronization

/// Answers MLflow's clients in the tasks of one attempt, whether or not the server can be reached.
///
/// A writing call is checked against what is known here, journaled, and answered once the journal is on
/// disk; the server carries it out when it reads the journal.
final class TrackingEndpoint: Sendable {
  /// The largest body that becomes a record of the journal.
  static let recordBodyLimit = JournalFormat.maximumPayloadBytes - (8 << 10)
  /// The largest body that is handed on to the server.
  static let relayBodyLimit = 16 << 20

  struct State: Sendable {
    var view: TrackingView
    var files: [String: TrackingFile] = [:]
    /// Position in the journal after the last call; 0 before the first.
    var lastCallEnd: Int64 = 0
    /// Position up to which the server is known to have read.
    var confirmedEnd: Int64 = 0
    /// True once the journal takes no more calls.
    var isClosed = false
  }

  let folder: AttemptFolder
  let journal: SharedJournal
  let server: ServerLink
  /// Names this attempt to the server, for reads that must not be older than its writes.
  let attemptName: String
  let state: Mutex<State>
  private let token = RandomID.hexadecimal(48)
  private let listener = Mutex<LoopbackListener?>(nil)

  init(
    _ attempt: AttemptSpec, _ tracking: AttemptTracking, _ folder: AttemptFolder,
    _ journal: SharedJournal
  ) {
    self.folder = folder
    self.journal = journal
    attemptName = "\(attempt.job)/\(attempt.attempt)"
    server = ServerLink(url: tracking.serverUrl, token: tracking.serverToken)
    state = Mutex(
      State(view: TrackingView(run: tracking.run, experiments: tracking.experiments)))
  }

  /// Begins to listen; the variables by which MLflow's clients find the endpoint, or nil.
  func open() -> [EnvironmentVariable]? {
    // A client that goes away while a file is sent to it is no reason to die.
    signal(SIGPIPE, SIG_IGN)
    let opened = LoopbackListener { [self] connection in serve(connection) }
    guard let opened, opened.start() else { return nil }
    listener.withLock { $0 = opened }
    return [
      EnvironmentVariable("MLFLOW_TRACKING_URI", "http://127.0.0.1:\(opened.port)"),
      EnvironmentVariable("MLFLOW_TRACKING_TOKEN", token),
    ]
  }

  /// Keeps the journal from taking further calls.
  func close() { state.withLock { $0.isClosed = true } }

  // MARK: Connections

  private func serve(_ incoming: consuming HTTPConnection) {
    var connection = incoming
    do {
      while let request = try connection.nextRequest() {
        guard try answer(request, &connection) else { return connection.linger() }
        if request.closes { return }
      }
    } catch {
      // A client that is gone needs no answer.
      guard case .malformed(let status) = error else { return }
      let failure = MLflowFailure(.badRequest, "This is no request of HTTP/1.1.")
      var answer = HTTPAnswer.json(failure.body)
      answer.status = status
      // It may be gone, too.
      try? connection.send(answer, to: nil)
      connection.linger()
    }
  }

  /// Answers one request; false when the connection ends with it.
  private func answer(
    _ request: HTTPRequest, _ connection: inout HTTPConnection
  ) throws(HTTPConnection.Loss) -> Bool {
    if request.method == "GET", let text = Self.openText(request.path) {
      var answer = HTTPAnswer(body: .bytes(Array(text.utf8)))
      answer.type = "text/plain; charset=utf-8"
      try connection.send(answer, to: request)
      return request.framing == .bytes(0)
    }
    guard isAllowed(request) else {
      let failure = MLflowFailure(
        .unauthenticated, "MLFLOW_TRACKING_TOKEN holds the token of this job's endpoint.")
      try connection.send(Self.answer(failure), to: request)
      return request.framing == .bytes(0)
    }
    let route = TrackingRoute(request)
    if case .upload(let path) = route {
      let answer = try upload(path, of: request, &connection)
      try connection.send(answer, to: request)
      return answer.status == 200
    }
    guard let body = try connection.body(of: request, limit: Self.relayBodyLimit) else {
      let failure = MLflowFailure(
        .invalidParameterValue,
        "The body has more than \(Self.relayBodyLimit) bytes, which are the most here.")
      try connection.send(Self.answer(failure), to: request)
      return false
    }
    switch answer(request, body, route) {
    case .here(let answer):
      try connection.send(answer, to: request)
      return true
    case .there(let reply):
      try connection.pass(on: reply)
      return false
    }
  }

  /// An answer of our own, or one that the server is giving.
  enum Outcome: ~Copyable { case here(HTTPAnswer), there(ServerLink.Reply) }

  private func answer(_ request: HTTPRequest, _ body: [UInt8], _ route: TrackingRoute?) -> Outcome {
    do {
      switch route {
      case .local(let handler): return try local(request, body, handler)
      case .server(let handler):
        if let reply = relay(request, body) { return .there(reply) }
        return .here(try handle(request, body, handler))
      case .registry(let handler):
        return try registry(request, body, handler)
      case .history:
        if let reply = relay(request, body) { return .there(reply) }
        return .here(try history(request))
      case .spans:
        if let reply = relay(request, body) { return .there(reply) }
        return .here(try keepSpans(request, body))
      case .download(let path): return try download(path, request)
      case .listing(let folder):
        if let reply = relay(request, body) { return .there(reply) }
        return .here(try list(folder, request))
      case .removal(let path): return .here(try remove(path, request))
      case nil:
        throw MLflowFailure(
          .endpointNotFound, "The endpoint of a job has MLflow's API, and nothing else.")
      case .upload, .relay:
        if let reply = relay(request, body) { return .there(reply) }
        throw ServerNeeded(what: "what \(request.path) tells or changes")
      }
    } catch {
      return .here(Self.answer(error))
    }
  }

  private func registry(
    _ request: HTTPRequest, _ body: [UInt8], _ handler: TrackingRoute.Handler
  ) throws -> Outcome {
    if try concernsProvisional(request, body) { return .here(try handle(request, body, handler)) }
    do {
      if let reply = try relayOnce(request, body) { return .there(reply) }
    } catch {
      // Journaled as well, a version might be registered twice.
      guard request.method == "GET" else {
        throw ServerNeeded(what: "whether \(request.path) was done")
      }
    }
    return .here(try handle(request, body, handler))
  }

  private func local(
    _ request: HTTPRequest, _ body: [UInt8], _ handler: TrackingRoute.Handler
  ) throws -> Outcome {
    do {
      return .here(try handle(request, body, handler))
    } catch let need as ServerNeeded {
      if let missing = need.missing {
        if adopt(missing) { return .here(try handle(request, body, handler)) }
        // The server has better words for what is not there.
      }
      if let reply = relay(request, body) { return .there(reply) }
      throw need
    }
  }

  // MARK: Calls

  /// Checks, journals and answers a call.
  private func handle(
    _ request: HTTPRequest, _ body: [UInt8], _ handler: TrackingRoute.Handler
  ) throws -> HTTPAnswer {
    let fields = try Self.fields(of: request, body)
    let path = TrackingRoute.place(of: request.path)?.path ?? ""
    let (answer, end) = try state.withLock { state in
      var end: Int64?
      var call = TrackedCall(fields: fields, nowMs: wallClockMs()) { _, _ in }
      let (nowMs, isClosed) = (call.nowMs, state.isClosed)
      call.write = { [journal] made, changed in
        guard !isClosed else { throw Self.closed }
        let record = TrackingCall(
          method: request.method, path: path, made: made,
          body: changed.map { $0.members.encoded() } ?? body)
        guard record.body.count <= Self.recordBodyLimit else { throw Self.tooLarge }
        guard let position = journal.write(.call(record), timeMs: nowMs) else {
          throw Self.diskFull
        }
        end = position
      }
      let answer = try handler(&state.view, call)
      if let end { state.lastCallEnd = end }
      return (answer, end)
    }
    if let end, !journal.synchronize(through: end) { throw Self.diskFull }
    return answer
  }

  /// Journals a call that changes the state by itself; returns when it is on disk.
  func write(_ call: TrackingCall, _ change: (inout State) -> Void) throws {
    let end = try state.withLock { state in
      guard !state.isClosed else { throw Self.closed }
      guard let end = journal.write(.call(call), timeMs: wallClockMs()) else {
        throw Self.diskFull
      }
      state.lastCallEnd = end
      change(&state)
      return end
    }
    guard journal.synchronize(through: end) else { throw Self.diskFull }
  }

  /// The fields of a request: of the query for GET, else of the body.
  static func fields(of request: HTTPRequest, _ body: [UInt8]) throws -> MLflowFields {
    if request.method == "GET" { return MLflowFields(query: request.query) }
    guard !body.isEmpty else { return MLflowFields(members: .object([])) }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: body, acceptsPythonNumbers: true)
    } catch {
      throw MLflowFailure(.badRequest, "The body is no JSON object: \(error.message)")
    }
    guard case .object = value else {
      throw MLflowFailure(.badRequest, "The body must be a JSON object.")
    }
    return MLflowFields(members: value, source: body)
  }

  // MARK: Access and errors

  private func isAllowed(_ request: HTTPRequest) -> Bool {
    let given = Array((request.headers["authorization"] ?? "").utf8)
    let wanted = Array("Bearer \(token)".utf8)
    guard given.count == wanted.count else { return false }
    return zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func openText(_ path: String) -> String? {
    switch path {
    case "/version": MLflowRelease.spoken
    case "/health": "OK"
    default: nil
    }
  }

  static let diskFull = MLflowFailure(
    .unavailable, "The disk of the job's folder does not take what was logged; it may be full.")
  private static let closed = MLflowFailure(
    .invalidParameterValue, "The job has ended: nothing more is logged.")
  static let tooLarge = MLflowFailure(
    .invalidParameterValue,
    "The body has more than \(recordBodyLimit) bytes, which are the most for one call inside a job."
  )

  /// An error in MLflow's words.
  ///
  /// What needs the server is told with a status that makes clients give up at once, not wait for minutes.
  static func answer(_ error: any Error) -> HTTPAnswer {
    let failure: MLflowFailure
    var status: Int?
    switch error {
    case let known as MLflowFailure: failure = known
    case let need as ServerNeeded:
      if let otherwise = need.otherwise { return answer(otherwise) }
      failure = MLflowFailure(.unavailable, need.message)
      status = 424
    default: failure = MLflowFailure(.internalError, "\(error)")
    }
    var answer = HTTPAnswer.json(failure.body)
    answer.status = status ?? failure.code.status
    if status == nil, let seconds = failure.retryAfter {
      answer.headers.append(("Retry-After", "\(seconds)"))
    }
    return answer
  }
}
