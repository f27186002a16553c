public import Basics
import JobProtocol

/// The questions of workers, as JSON.
///
/// ```json
/// {"ask": {"worker": "node7", "key": "3f…"}}, with "held": true for what it got before alone
/// {"suggest": 0, "attempt": 1, "parameter": {"name": "rate", "log_uniform": [1e-5, 0.1]}}, with "given": true
/// where the point has a value already
/// {"report": 0, "attempt": 1, "step": 3, "value": 0.7}, with "stop": "why" by a worker that stops it itself
/// {"renew": 0, "attempt": 1}, {"verdict": 0}
/// {"tell": 0, "attempt": 1, "outcome": "completed", "value": 0.5, "used": ["rate"], "standard_errors": [0.1],
/// "constraints": [-0.2]}, each constraint kept where it is 0 or less
/// {"enqueue": {"point": {"rate": 0.01}, "key": "3f…", "user_attributes": {"why": "\"a guess\""}, "skip_if_exists": true}}
/// {"set-attribute": 0, "attempt": 1, "key": "note", "value_json": "[1, 2]"}, or of the study:
/// {"set-attribute": {"key": "note", "value_json": "[1, 2]"}}
/// {"best": true}, {"frontier": true}, {"state": true}
/// ```
extension StudyCoordinator {
  /// An answer with what must be kept before it leaves.
  public struct Answer: Sendable {
    /// The answer, or an error in the shape of all errors.
    public var json: JSONValue
    /// HTTP status.
    public var status: Int
    /// In order.
    public var events: [StudyEvent] = []
  }

  /// Answers one question; what cannot be done is answered with an error and changes nothing.
  public mutating func answer(_ document: [UInt8], nowMs: Int64) -> Answer {
    hear(nowMs: nowMs)
    let question: JSONValue
    do {
      question = try JSONValue(parsing: document, acceptsPythonNumbers: true)
    } catch {
      return Self.refusal(Self.wrong("this is no JSON: \(error.message)"))
    }
    do throws(OptimizationError) {
      return try answer(question, nowMs: nowMs)
    } catch {
      return Self.refusal(error)
    }
  }

  private mutating func answer(
    _ question: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    if let ask = question["ask"] { return try answerAsk(ask, nowMs: nowMs) }
    if let enqueue = question["enqueue"] { return try answerEnqueue(enqueue, nowMs: nowMs) }
    if let note = question["set-attribute"], note.objectValue != nil {
      return try answerNote(note, of: nil, attempt: nil, nowMs: nowMs)
    }
    if question["best"] != nil { return Answer(json: best, status: 200) }
    if question["frontier"] != nil { return Answer(json: frontier, status: 200) }
    if question["state"] != nil { return Answer(json: state, status: 200) }
    if let number = question["verdict"] {
      return Answer(json: verdictJSON(of: try trialNumber(number)), status: 200)
    }
    for verb in ["suggest", "report", "renew", "tell", "set-attribute"] {
      guard let number = question[verb] else { continue }
      let trial = try trialNumber(number)
      let attempt = try Self.whole(question["attempt"], "attempt")
      switch verb {
      case "suggest": return try answerSuggest(trial, attempt, question, nowMs: nowMs)
      case "report": return try answerReport(trial, attempt, question, nowMs: nowMs)
      case "tell": return try answerTell(trial, attempt, question, nowMs: nowMs)
      case "set-attribute":
        return try answerNote(question, of: trial, attempt: attempt, nowMs: nowMs)
      default:
        let isHeld = holds(trial, attempt: attempt, nowMs: nowMs)
        return Answer(json: ["lost": .bool(!isHeld)], status: 200)
      }
    }
    throw Self.wrong(
      "a question has one of the keys ask, suggest, report, renew, tell, enqueue, set-attribute, "
        + "verdict, best, frontier, state")
  }

  private mutating func answerAsk(
    _ json: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    guard let worker = json["worker"]?.stringValue, let key = json["key"]?.stringValue,
      !key.isEmpty, key.utf8.count <= 200, worker.utf8.count <= 200
    else { throw Self.wrong("an asking has a worker and a key, at most 200 bytes each") }
    let (asked, events) = ask(
      StudyHolder(worker: worker, key: key), onlyHeld: json["held"]?.boolValue ?? false,
      nowMs: nowMs)
    switch asked {
    case .trial(let number):
      let members =
        [
          JSONMember("number", .number(Double(number))),
          JSONMember("attempt", .number(Double(records[number].attempt))),
          JSONMember("point", study.trials[number].point.json),
          JSONMember("lease_ms", .number(Double(terms.leaseMs))),
        ] + promotion(of: number) + noted(of: number)
      return Answer(
        json: ["done": false, "trial": .object(members)], status: 200, events: events)
    case .wait(let ms):
      return Answer(json: ["done": false, "wait_ms": .number(Double(ms))], status: 200)
    case .done: return Answer(json: ["done": true], status: 200)
    }
  }

  private func promotion(of number: Int) -> [JSONMember] {
    study.trials[number].promotion.map { [JSONMember("promotion", $0.json)] } ?? []
  }

  private mutating func answerSuggest(
    _ number: Int, _ attempt: Int, _ question: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    guard let document = question["parameter"] else {
      throw Self.wrong("a suggestion names a parameter")
    }
    let parameter = try SearchParameter(json: document)
    // The checks of a space hold for each of its parameters.
    _ = try SearchSpace([parameter])
    let known = domain(parameter.name)
    let isGiven = study.trials[number].point[parameter.name] != nil
    // Programs may write the parameters of a declared space in another way than it does.
    let isIndifferent = isGiven && discovered == nil && question["given"] == true
    if let known, !known.isAlike(parameter.domain), !isIndifferent {
      let text = String(
        decoding: SearchParameter(parameter.name, known).json.encoded(), as: UTF8.self)
      throw OptimizationError(
        code: .parameterDiffers,
        message: "the study knows \(parameter.name) with another domain: \(text)",
        hint: "give a parameter the same range in all trials, or another name")
    }
    if known == nil, discovered == nil {
      throw OptimizationError(
        code: .parameterDiffers, message: "the study's space has no parameter \(parameter.name)",
        hint: nearestWord(to: parameter.name, among: study.space.parameters.map(\.name))
          .map { "did you mean \($0)?" } ?? "declare it when the study is made")
    }
    guard holds(number, attempt: attempt, nowMs: nowMs) else {
      return Answer(json: ["lost": true, "point": [:]], status: 200)
    }
    var events: [StudyEvent] = []
    var members = [JSONMember("lost", false)]
    if !isGiven {
      if let wanted = records[number].wanted?.values[parameter.name],
        parameter.domain.meant(by: wanted) == nil
      {
        let words =
          "the point that was enqueued gives \(parameter.name) the value \(wanted.text), which it "
          + "cannot have: another one was drawn"
        members.append(JSONMember("note", .string(words)))
      }
      let event = StudyEvent.drew(
        number: number, name: parameter.name, value: draw(parameter, of: number),
        new: known == nil ? parameter : nil)
      apply(event, nowMs: nowMs)
      events.append(event)
    }
    if isIndifferent, let words = known?.otherRange(than: parameter) {
      members.append(JSONMember("note", .string(words)))
    }
    members.append(JSONMember("point", study.trials[number].point.json))
    return Answer(json: .object(members), status: 200, events: events)
  }

  private mutating func answerReport(
    _ number: Int, _ attempt: Int, _ question: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    let step = try Self.whole(question["step"], "step")
    guard let value = question["value"].flatMap(Self.number) else {
      throw Self.wrong("a report has a value")
    }
    guard holds(number, attempt: attempt, nowMs: nowMs) else {
      return Answer(json: ["prune": true, "lost": true], status: 200)
    }
    var events: [StudyEvent] = []
    // The same step again is an answer that was lost on its way, or says nothing new.
    if step > records[number].reports.last?.step ?? -1 {
      let event = StudyEvent.reported(
        number: number, step: step, value: value,
        verdict: question["stop"]?.stringValue.map { String($0.prefix(4_000)) }
          ?? prunerVerdict(of: number, step: step, value: value))
      apply(event, nowMs: nowMs)
      events.append(event)
    }
    return Answer(json: verdictJSON(of: number), status: 200, events: events)
  }

  private func verdictJSON(of number: Int) -> JSONValue {
    var members = [
      JSONMember("prune", .bool(records[number].verdict != nil)),
      JSONMember("lost", .bool(!running.contains(number))),
    ]
    if let verdict = records[number].verdict {
      members.append(JSONMember("reason", .string(verdict)))
    }
    return .object(members)
  }

  private mutating func answerTell(
    _ number: Int, _ attempt: Int, _ question: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    guard (1...records[number].attempt).contains(attempt) else {
      throw Self.wrong("trial \(number) has no attempt \(attempt)")
    }
    let state = try toldState(question, of: number)
    // The result of an earlier attempt is as good as that of the present one: the first counts.
    guard running.contains(number) else {
      let isOwn = records[number].teller == attempt
      let known = study.trials[number]
      let constraints = question["constraints"]?.arrayValue?.compactMap(\.numberValue) ?? []
      let isThis = isOwn && known.state.isSame(as: state) && known.constraints == constraints
      return Answer(json: ["told": .bool(isThis), "lost": .bool(!isOwn)], status: 200)
    }
    let event = StudyEvent.told(
      number: number, attempt: attempt, state: state,
      used: question["used"]?.arrayValue?.compactMap(\.stringValue), atMs: nowMs,
      errors: try errors(question, of: state),
      constraints: try constraints(question, of: state))
    apply(event, nowMs: nowMs)
    return Answer(json: ["told": true, "lost": false], status: 200, events: [event])
  }

  private func toldState(
    _ question: JSONValue, of number: Int
  ) throws(OptimizationError) -> TrialState {
    let value = question["value"].flatMap(Self.number)
    let last = records[number].reports.last
    switch question["outcome"]?.stringValue {
    case "completed":
      if let list = question["values"]?.arrayValue { return try completed(list.map(Self.number)) }
      guard let value, terms.goals.count == 1 else {
        throw Self.wrong(
          terms.goals.count == 1
            ? "a completed trial has a value"
            : "a completed trial of this study has \(terms.goals.count) values")
      }
      if value.isNaN { return .failed(message: "its value is no number") }
      return .completed(value: value)
    case "pruned":
      return .pruned(value: value ?? last?.value ?? .nan, step: last?.step ?? 0)
    case "failed":
      return .failed(message: String((question["message"]?.stringValue ?? "").prefix(4_000)))
    default: throw Self.wrong("an outcome is completed, pruned or failed")
    }
  }

  /// The standard errors of a completed trial's values; nil where they are not told.
  private func errors(
    _ question: JSONValue, of state: TrialState
  ) throws(OptimizationError) -> [Double]? {
    guard case .completed(let values) = state, let list = question["standard_errors"]?.arrayValue
    else { return nil }
    let errors = list.compactMap(Self.number)
    guard errors.count == values.count, errors.allSatisfy({ $0 >= 0 }) else {
      throw Self.wrong("standard errors are numbers of 0 or more, one for each value")
    }
    return errors
  }

  /// What a completed trial measured of constraints; nil where the study has none.
  private func constraints(
    _ question: JSONValue, of state: TrialState
  ) throws(OptimizationError) -> [Double]? {
    guard case .completed = state else { return nil }
    let known = study.trials.first { !$0.constraints.isEmpty }?.constraints.count
    return try TrialConstraints.read(question["constraints"] ?? [], asMany: known)
  }

  /// A completed trial with a value for each goal.
  private func completed(_ values: [Double?]) throws(OptimizationError) -> TrialState {
    let numbers = values.compactMap(\.self)
    guard numbers.count == terms.goals.count, values.count == numbers.count else {
      throw Self.wrong(
        "a completed trial of this study has as many values as it has goals, \(terms.goals.count)")
    }
    if numbers.contains(where: \.isNaN) { return .failed(message: "a value of it is no number") }
    return .completed(values: numbers)
  }

  private var frontier: JSONValue {
    let trials = study.frontier.map { trial -> JSONValue in
      .object(
        [
          JSONMember("number", .number(Double(trial.number))),
          JSONMember("values", .array((trial.values ?? []).map(JSONValue.init(exactly:)))),
          JSONMember("point", trial.point.json),
        ] + measured(trial) + noted(of: trial.number))
    }
    return ["trials": .array(trials)]
  }

  private var best: JSONValue {
    guard let best = study.best, let value = best.value else { return [:] }
    return .object(
      [
        JSONMember("number", .number(Double(best.number))),
        JSONMember("value", JSONValue(exactly: value)), JSONMember("point", best.point.json),
      ] + measured(best) + noted(of: best.number))
  }

  /// What a trial measured of constraints, where it did.
  private func measured(_ trial: Trial) -> [JSONMember] {
    trial.constraints.isEmpty
      ? []
      : [JSONMember("constraints", .array(trial.constraints.map(JSONValue.init(exactly:))))]
  }

  /// What programs noted of a trial, where they did.
  private func noted(of number: Int) -> [JSONMember] {
    let attributes = records[number].attributes
    return attributes.isEmpty ? [] : [JSONMember("user_attributes", Self.json(of: attributes))]
  }

  private var state: JSONValue {
    func count(_ matches: (TrialState) -> Bool) -> JSONValue {
      .number(Double(study.trials.count { matches($0.state) }))
    }
    var members = [
      JSONMember("trials", .number(Double(records.count))),
      JSONMember("running", .number(Double(running.count))),
      JSONMember("completed", count { if case .completed = $0 { true } else { false } }),
      JSONMember("pruned", count { if case .pruned = $0 { true } else { false } }),
      JSONMember("failed", count { if case .failed = $0 { true } else { false } }),
    ]
    let infeasible = study.trials.count(where: \.isInfeasible)
    if infeasible > 0 { members.append(JSONMember("infeasible", .number(Double(infeasible)))) }
    if waitingCount > 0 { members.append(JSONMember("waiting", .number(Double(waitingCount)))) }
    if !attributes.isEmpty {
      members.append(JSONMember("user_attributes", Self.json(of: attributes)))
    }
    if let outlook = stopVerdict?.known.outlook {
      members.append(JSONMember("expected_improvement", JSONValue(exactly: outlook.expected)))
    }
    return .object(members)
  }

  // MARK: Reading

  private func trialNumber(_ json: JSONValue) throws(OptimizationError) -> Int {
    let number = try Self.whole(json, "the number of a trial")
    guard records.indices.contains(number) else {
      throw OptimizationError(
        code: .trialNotFound, message: "there is no trial \(number)",
        hint: records.isEmpty ? "ask for one first" : "trials go up to \(records.count - 1)")
    }
    return number
  }

  private static func whole(_ json: JSONValue?, _ name: String) throws(OptimizationError) -> Int {
    guard let number = (json?.numberValue).flatMap({ Int(exactly: $0) }), number >= 0,
      number < 1 << 53
    else { throw wrong("\(name) is a whole number, 0 or more") }
    return number
  }

  /// A number, also one that JSON lacks: null is not a number.
  private static func number(_ json: JSONValue) -> Double? {
    json.isNull ? .nan : json.exactNumber
  }

  static func wrong(_ message: String) -> OptimizationError {
    OptimizationError(
      code: .invalidQuestion, message: message,
      hint: "docs/search.md lists what a study can be asked")
  }

  private static func refusal(_ error: OptimizationError) -> Answer {
    var members = [
      JSONMember("code", .string(error.code.rawValue)),
      JSONMember("message", .string(error.message)),
    ]
    if let hint = error.hint { members.append(JSONMember("hint", .string(hint))) }
    let status =
      switch error.code {
      case .trialNotFound: 404
      case .parameterDiffers: 409
      default: 400
      }
    return Answer(json: ["error": .object(members)], status: status)
  }
}
