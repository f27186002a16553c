import Basics

/// Values that somebody wants tried, and what programs note.
extension StudyCoordinator {
  /// Most bytes of a point, which leaves in one line with what is noted of its trial.
  private static let mostPointBytes = 16_384
  /// Most points that wait at a time.
  private static let mostWaiting = 100_000

  /// How many wanted points have not begun.
  var waitingCount: Int { enqueued.count - begunCount }

  /// What the next new trial tries because somebody wants it: after the initial points of the space.
  var nextWanted: EnqueuedPoint? {
    guard records.count >= study.initialPoints.count, waitingCount > 0 else { return nil }
    return enqueued[begunCount]
  }

  // MARK: Questions

  mutating func answerEnqueue(
    _ json: JSONValue, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    guard let key = json["key"]?.stringValue, !key.isEmpty, key.utf8.count <= 200,
      let document = json["point"], let members = document.objectValue
    else { throw Self.wrong("what is enqueued has a point and a key of at most 200 bytes") }
    guard document.encoded().count <= Self.mostPointBytes else {
      throw Self.wrong("a point has at most \(Self.mostPointBytes) bytes")
    }
    for member in members where ParameterValue(json: member.value) == nil {
      throw Self.wrong("the point gives \(member.key) what is no number, text or truth value")
    }
    let attributes = UserAttributes.texts(json["user_attributes"])
    if let problem = UserAttributes.problem(attributes) { throw Self.wrong(problem) }
    func answer(_ isNew: Bool, _ events: [StudyEvent] = []) -> Answer {
      Answer(
        json: ["enqueued": .bool(isNew), "waiting": .number(Double(waitingCount))], status: 200,
        events: events)
    }
    // An answer that was lost on its way.
    if enqueued.contains(where: { $0.key == key }) { return answer(true) }
    let values = try checked(SearchPoint(json: document))
    if json["skip_if_exists"]?.boolValue ?? false, exists(values) { return answer(false) }
    if let budget = terms.budget, records.count + waitingCount >= budget {
      throw OptimizationError(
        code: .invalidPoint, message: "the study's \(budget) trials have begun, or are given out",
        hint: "make a study with a larger budget, with this one as its warm start")
    }
    guard waitingCount < Self.mostWaiting else {
      throw OptimizationError(
        code: .invalidPoint, message: "\(waitingCount) points wait already",
        hint: "enqueue more when some have been tried")
    }
    let event = StudyEvent.enqueued(
      EnqueuedPoint(values: values, attributes: attributes, key: key))
    apply(event, nowMs: nowMs)
    return answer(true, [event])
  }

  mutating func answerNote(
    _ question: JSONValue, of number: Int?, attempt: Int?, nowMs: Int64
  ) throws(OptimizationError) -> Answer {
    guard let key = question["key"]?.stringValue, let text = question["value_json"]?.stringValue
    else { throw Self.wrong("an attribute has a key, and a value as a JSON text") }
    if let number {
      guard let attempt, holds(number, attempt: attempt, nowMs: nowMs) else {
        return Answer(json: ["lost": true], status: 200)
      }
    }
    let known = number.map { records[$0].attributes } ?? attributes
    if let problem = UserAttributes.problem(known.merging([key: text]) { $1 }) {
      throw Self.wrong(problem)
    }
    let event = StudyEvent.noted(number: number, key: key, text: text)
    let events = known[key] == text ? [] : [event]
    for event in events { apply(event, nowMs: nowMs) }
    return Answer(json: ["lost": false], status: 200, events: events)
  }

  /// The values as the space writes them.
  ///
  /// - Throws: `search_point_invalid` for what no point of the space has.
  private func checked(_ point: SearchPoint) throws(OptimizationError) -> SearchPoint {
    var values = SearchPoint()
    for (name, value) in point.values.sorted(by: { $0.key < $1.key }) {
      guard let domain = domain(name) else {
        guard discovered == nil else {
          values[name] = value
          continue
        }
        throw OptimizationError(
          code: .invalidPoint, message: "the point names \(name), which is no parameter",
          hint: nearestWord(to: name, among: study.space.parameters.map(\.name))
            .map { "did you mean \($0)?" })
      }
      guard let meant = domain.meant(by: value) else {
        throw OptimizationError(
          code: .invalidPoint,
          message: "the point gives \(name) the value \(value.text), which it cannot have",
          hint: "give it a value of its range or one of its choices")
      }
      values[name] = meant
    }
    var random = SeededGenerator(seed: 0)
    guard
      discovered != nil
        || study.space.completed(values, from: SearchPoint(), using: &random) != nil
    else {
      throw OptimizationError(
        code: .invalidPoint,
        message: "no point of the space has these values: a condition or a rule excludes them",
        hint: "give the values that conditions ask for, and leave out what does not exist with them"
      )
    }
    return values
  }

  /// Whether a point with these values, and no others, was tried or waits.
  private func exists(_ values: SearchPoint) -> Bool {
    func isSame(_ other: SearchPoint) -> Bool {
      other.values.count == values.values.count
        && values.values.allSatisfy { other[$0.key]?.means($0.value) ?? false }
    }
    return enqueued.contains { isSame($0.values) }
      || zip(study.trials, records).contains { $1.wanted == nil && isSame($0.point) }
  }
}

extension StudyCoordinator {
  /// What programs noted of the study, as a JSON text; nil where that is nothing.
  public var attributesText: String? {
    attributes.isEmpty
      ? nil : String(decoding: Self.json(of: attributes).encoded(), as: UTF8.self)
  }

  /// Texts by key, as JSON.
  static func json(of attributes: [String: String]) -> JSONValue {
    .object(
      attributes.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
  }
}
