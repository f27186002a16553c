public import Basics
public import JobProtocol

/// Something that happened to a shared study; all of them in order are the study.
public enum StudyEvent: Sendable, Equatable {
  /// A trial began, with the point that was chosen for it, and whose it was where it is trained again.
  case asked(
    number: Int, point: SearchPoint, by: StudyHolder, atMs: Int64,
    promotion: TrialPromotion? = nil)
  /// A trial whose holder was silent for too long went to another one.
  case given(number: Int, to: StudyHolder, atMs: Int64)
  /// A trial wanted a value that its point lacked; with the parameter where nobody knew it.
  case drew(number: Int, name: String, value: ParameterValue, new: SearchParameter?)
  /// A trial had a value after so many steps, and whether it was told to stop.
  case reported(number: Int, step: Int, value: Double, verdict: String?)
  /// A trial ended; with the names of the parameters that it used, the standard errors of its values, and what it
  /// measured of constraints, where it told.
  case told(
    number: Int, attempt: Int, state: TrialState, used: [String]?, atMs: Int64,
    errors: [Double]? = nil, constraints: [Double]? = nil)
  /// Somebody wants values tried.
  case enqueued(EnqueuedPoint)
  /// A program noted something of a trial, or of the study.
  case noted(number: Int?, key: String, text: String)
}

/// Who works on a trial.
public struct StudyHolder: Sendable, Equatable {
  /// A name for people.
  public var worker: String
  /// Chosen by the worker for one asking: the same question twice has one answer.
  public var key: String

  /// Joins both.
  public init(worker: String, key: String) {
    self.worker = worker
    self.key = key
  }
}

extension StudyEvent {
  /// The event as one JSON document.
  public var json: JSONValue {
    func whole(_ value: Int) -> JSONValue { .number(Double(value)) }
    switch self {
    case .asked(let number, let point, let holder, let atMs, let promotion):
      var members = [
        JSONMember("asked", whole(number)), JSONMember("point", point.json),
        JSONMember("worker", .string(holder.worker)), JSONMember("key", .string(holder.key)),
        JSONMember("at", .number(Double(atMs))),
      ]
      if let promotion { members.append(JSONMember("promotion", promotion.json)) }
      return .object(members)
    case .given(let number, let holder, let atMs):
      return [
        "given": whole(number), "worker": .string(holder.worker), "key": .string(holder.key),
        "at": .number(Double(atMs)),
      ]
    case .drew(let number, let name, let value, let parameter):
      var members = [
        JSONMember("drew", whole(number)), JSONMember("name", .string(name)),
        JSONMember("value", value.json),
      ]
      if let parameter { members.append(JSONMember("new", parameter.json)) }
      return .object(members)
    case .reported(let number, let step, let value, let verdict):
      var members = [
        JSONMember("reported", whole(number)), JSONMember("step", whole(step)),
        JSONMember("value", JSONValue(exactly: value)),
      ]
      if let verdict { members.append(JSONMember("verdict", .string(verdict))) }
      return .object(members)
    case .told(let number, let attempt, let state, let used, let atMs, let errors, let constraints):
      var members = [
        JSONMember("told", whole(number)), JSONMember("attempt", whole(attempt)),
        JSONMember("at", .number(Double(atMs))),
      ]
      members += state.members
      if let used { members.append(JSONMember("used", .array(used.map(JSONValue.string)))) }
      if let errors {
        members.append(JSONMember("errors", .array(errors.map(JSONValue.init(exactly:)))))
      }
      if let constraints {
        members.append(
          JSONMember("constraints", .array(constraints.map(JSONValue.init(exactly:)))))
      }
      return .object(members)
    case .enqueued(let point): return ["enqueued": point.json]
    case .noted(let number, let key, let text):
      return [
        "noted": number.map(whole) ?? .null, "key": .string(key), "text": .string(text),
      ]
    }
  }

  /// Reads what `json` writes; points are moved into no space.
  public init(json: JSONValue) throws(OptimizationError) {
    func whole(_ key: String) throws(OptimizationError) -> Int {
      guard let number = (json[key]?.numberValue).flatMap({ Int(exactly: $0) }) else {
        throw Self.unreadable(key)
      }
      return number
    }
    func text(_ key: String) throws(OptimizationError) -> String {
      guard let text = json[key]?.stringValue else { throw Self.unreadable(key) }
      return text
    }
    if json["asked"] != nil {
      self = .asked(
        number: try whole("asked"), point: SearchPoint(json: json["point"] ?? .null),
        by: StudyHolder(worker: try text("worker"), key: try text("key")),
        atMs: Int64(try whole("at")),
        promotion: json["promotion"].flatMap(TrialPromotion.init(json:)))
    } else if json["given"] != nil {
      self = .given(
        number: try whole("given"),
        to: StudyHolder(worker: try text("worker"), key: try text("key")),
        atMs: Int64(try whole("at")))
    } else if json["drew"] != nil {
      guard let value = json["value"].flatMap(ParameterValue.init(json:)) else {
        throw Self.unreadable("value")
      }
      var new: SearchParameter?
      if let document = json["new"] { new = try SearchParameter(json: document) }
      self = .drew(number: try whole("drew"), name: try text("name"), value: value, new: new)
    } else if json["reported"] != nil {
      guard let value = json["value"]?.exactNumber else { throw Self.unreadable("value") }
      self = .reported(
        number: try whole("reported"), step: try whole("step"), value: value,
        verdict: json["verdict"]?.stringValue)
    } else if json["told"] != nil {
      guard let state = TrialState(members: json) else { throw Self.unreadable("state") }
      self = .told(
        number: try whole("told"), attempt: try whole("attempt"), state: state,
        used: json["used"]?.arrayValue?.compactMap(\.stringValue), atMs: Int64(try whole("at")),
        errors: json["errors"]?.arrayValue?.compactMap(\.exactNumber),
        constraints: json["constraints"]?.arrayValue?.compactMap(\.exactNumber))
    } else if let document = json["enqueued"] {
      guard let point = EnqueuedPoint(json: document) else { throw Self.unreadable("point") }
      self = .enqueued(point)
    } else if let trial = json["noted"] {
      self = .noted(
        number: trial.isNull ? nil : try whole("noted"), key: try text("key"),
        text: try text("text"))
    } else {
      throw Self.unreadable("kind")
    }
  }

  private static func unreadable(_ what: String) -> OptimizationError {
    OptimizationError(
      code: .invalidEvent, message: "an event of a study has no readable \(what)",
      hint: "its journal was written by another program, or is damaged")
  }
}

extension TrialState {
  fileprivate var members: [JSONMember] {
    switch self {
    case .running: return []
    case .completed(let values):
      return [JSONMember("values", .array(values.map(JSONValue.init(exactly:))))]
    case .pruned(let value, let step):
      return [
        JSONMember("pruned", JSONValue(exactly: value)), JSONMember("step", .number(Double(step))),
      ]
    case .failed(let message): return [JSONMember("failed", .string(message))]
    }
  }

  fileprivate init?(members json: JSONValue) {
    if let values = json["values"]?.arrayValue {
      let numbers = values.compactMap(\.exactNumber)
      guard numbers.count == values.count else { return nil }
      self = .completed(values: numbers)
    } else if let value = json["pruned"]?.exactNumber,
      let step = (json["step"]?.numberValue).flatMap({ Int(exactly: $0) })
    {
      self = .pruned(value: value, step: step)
    } else if let message = json["failed"]?.stringValue {
      self = .failed(message: message)
    } else {
      return nil
    }
  }
}

extension JSONValue {
  /// A number of JSON, or the text for one that JSON lacks.
  init(exactly value: Double) {
    self =
      value.isFinite
      ? .number(value) : .string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
  }

  /// What `init(exactly:)` wrote; nil for anything else.
  var exactNumber: Double? {
    switch self {
    case .number(let value): return value
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    default: return nil
    }
  }
}

extension TrialPromotion {
  /// The promotion as JSON.
  var json: JSONValue {
    [
      "trial": .number(Double(trial)), "rung": .number(Double(rung)),
      "better": .number(Double(better)), "seen": .number(Double(seen)),
    ]
  }

  /// Reads what `json` writes; nil for anything else.
  init?(json: JSONValue) {
    func whole(_ key: String) -> Int? { (json[key]?.numberValue).flatMap { Int(exactly: $0) } }
    guard let trial = whole("trial"), let rung = whole("rung"), let better = whole("better"),
      let seen = whole("seen")
    else { return nil }
    self.init(trial: trial, rung: rung, better: better, seen: seen)
  }
}
