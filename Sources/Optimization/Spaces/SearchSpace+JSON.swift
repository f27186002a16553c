public import Basics

/// A space as JSON, and the hash that tells whether two studies are comparable.
///
/// ```json
/// {"parameters": [{"name": "rate", "log_uniform": [1e-5, 0.1]}, {"name": "depth", "int": [2, 8]},
///                 {"name": "solver", "choice": ["adam", "sgd"]},
///                 {"name": "momentum", "uniform": [0, 1], "when": {"solver": ["sgd"]}}],
///  "constraints": ["depth * rate <= 0.5"], "forbidden": [{"solver": "sgd", "depth": 8}],
///  "initial": [{"rate": 0.01}]}
/// ```
///
/// Parameters may also stand by their names, as they do in workflow files:
/// `{"parameters": {"rate": {"log_uniform": [1e-5, 0.1]}}}`. Then their order means nothing.
extension SearchSpace {
  /// Reads a space.
  public init(json: JSONValue) throws(OptimizationError) {
    let known = ["parameters", "constraints", "forbidden", "initial"]
    for key in (json.objectValue ?? []).map(\.key) where !known.contains(key) {
      throw OptimizationError(
        code: .invalidSpace, message: "the search space has an unknown word \(key)",
        hint: nearestWord(to: key, among: known).map { "did you mean \($0)?" }
          ?? "a space has parameters, constraints, forbidden and initial")
    }
    let named = json["parameters"]?.objectValue?.map { member -> JSONValue in
      .object([JSONMember("name", .string(member.key))] + (member.value.objectValue ?? []))
    }
    guard let list = named ?? json["parameters"]?.arrayValue else {
      throw Self.unreadable("the list 'parameters'")
    }
    var parameters: [SearchParameter] = []
    for element in list { parameters.append(try SearchParameter(json: element)) }
    if named != nil { parameters = Self.parentsFirst(parameters) }
    var constraints: [Constraint] = []
    for element in try Self.list("constraints", of: json) {
      guard let text = element.stringValue else { throw Self.unreadable("constraints as texts") }
      constraints.append(try Constraint(parsing: text))
    }
    try self.init(
      parameters, constraints: constraints, forbidden: try Self.points("forbidden", of: json),
      initialPoints: try Self.points("initial", of: json))
    // A point that nobody meant would be tried without a word.
    for point in try Self.points("initial", of: json) { try checkInitial(point) }
  }

  /// The parameters in their order, but that those which conditions ask for come before: an object has no
  /// order that every program keeps.
  private static func parentsFirst(_ parameters: [SearchParameter]) -> [SearchParameter] {
    var waiting = parameters
    var (placed, ordered): (Set<String>, [SearchParameter]) = ([], [])
    while let next = waiting.firstIndex(where: { parameter in
      parameter.condition.map { placed.contains($0.parent) } ?? true
    }) {
      placed.insert(waiting[next].name)
      ordered.append(waiting.remove(at: next))
    }
    // What is left has a condition that nothing meets, and is refused by its name.
    return ordered + waiting
  }

  private static func list(
    _ key: String, of json: JSONValue
  ) throws(OptimizationError) -> [JSONValue] {
    guard let value = json[key], !value.isNull else { return [] }
    guard let list = value.arrayValue else { throw unreadable("a list under '\(key)'") }
    return list
  }

  /// Points of a list; each value is a number, a text or a truth value.
  private static func points(
    _ key: String, of json: JSONValue
  ) throws(OptimizationError) -> [SearchPoint] {
    var points: [SearchPoint] = []
    for element in try list(key, of: json) {
      guard let members = element.objectValue else {
        throw unreadable("points such as {\"rate\": 0.01} under '\(key)'")
      }
      for member in members where ParameterValue(json: member.value) == nil {
        throw unreadable("a single value for \(member.key) under '\(key)'")
      }
      points.append(SearchPoint(json: element))
    }
    return points
  }

  /// - Throws: where an initial point names what is no parameter, or gives one a value that it cannot have.
  private func checkInitial(_ point: SearchPoint) throws(OptimizationError) {
    for (name, value) in point.values.sorted(by: { $0.key < $1.key }) {
      guard let domain = self[name]?.domain else {
        throw OptimizationError(
          code: .invalidSpace, message: "an initial point names \(name), which is no parameter",
          hint: nearestWord(to: name, among: parameters.map(\.name)).map { "did you mean \($0)?" })
      }
      guard let near = domain.nearest(to: value), near.means(value) else {
        throw OptimizationError(
          code: .invalidSpace,
          message: "an initial point gives \(name) the value \(value.text), which it cannot have",
          hint: "give it a value of its range or one of its choices")
      }
    }
  }

  /// The space; parts that are empty are left out.
  public var json: JSONValue {
    var members = [JSONMember("parameters", .array(parameters.map(\.json)))]
    func add(_ key: String, _ elements: [JSONValue]) {
      if !elements.isEmpty { members.append(JSONMember(key, .array(elements))) }
    }
    add("constraints", constraints.map { .string($0.text) })
    add("forbidden", forbidden.map(\.json))
    add("initial", initialPoints.map(\.json))
    return .object(members)
  }

  /// The SHA-256 of what decides which points there are.
  ///
  /// Values of two searches with equal fingerprints, metrics and data can be compared. The order
  /// of parameters, of choices without order and of rules does not matter, nor do initial points.
  public var fingerprint: ObjectDigest {
    func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
    let lines =
      parameters.map { text($0.sorted.json) }.sorted()
      + constraints.map { "constraint " + $0.text.filter { !$0.isWhitespace } }.sorted()
      + forbidden.map { "forbidden " + text($0.json) }.sorted()
    return ObjectDigest(of: lines.joined(separator: "\n"))
  }

  static func unreadable(
    _ expected: String,
    hint: String = "write {\"parameters\": [{\"name\": \"rate\", \"log_uniform\": [1e-5, 0.1]}]}"
  ) -> OptimizationError {
    OptimizationError(
      code: .invalidSpace, message: "the search space lacks \(expected)", hint: hint)
  }
}

extension SearchParameter {
  /// Words of a parameter's JSON that name its kind.
  private static let kinds = [
    "uniform", "log_uniform", "int", "log_int", "choice", "ordinal", "bool",
  ]

  /// Reads a parameter.
  public init(json: JSONValue) throws(OptimizationError) {
    guard let name = json["name"]?.stringValue, !name.isEmpty else {
      throw SearchSpace.unreadable("the name of a parameter")
    }
    let members = json.objectValue ?? []
    for key in members.map(\.key) where !(Self.kinds + ["name", "step", "when"]).contains(key) {
      let word = nearestWord(to: key, among: Self.kinds + ["step", "when"])
      throw OptimizationError(
        code: .invalidSpace, message: "the parameter \(name) has an unknown word \(key)",
        hint: word.map { "did you mean \($0)?" })
    }
    let found = members.filter { Self.kinds.contains($0.key) }
    guard found.count == 1, let kind = found.first else {
      throw SearchSpace.unreadable(
        "one kind of the parameter \(name) (\(Self.kinds.joined(separator: ", ")))")
    }
    let step = json["step"]?.numberValue
    let isRange = kind.key.hasSuffix("uniform") || kind.key.hasSuffix("int")
    guard json["step"] == nil || (step != nil && isRange) else {
      throw SearchSpace.unreadable("a range and a number as the step of \(name)")
    }
    let domain = try Self.domain(name: name, kind: kind.key, values: kind.value, step: step)
    self.init(name, domain, when: try Self.condition(name: name, json: json["when"]))
  }

  private static func domain(
    name: String, kind: String, values: JSONValue, step: Double?
  ) throws(OptimizationError) -> ParameterDomain {
    if kind == "bool" {
      guard values == true else { throw SearchSpace.unreadable("'bool: true' of \(name)") }
      return .boolean
    }
    let elements = values.arrayValue ?? []
    if kind == "choice" || kind == "ordinal" {
      let words = elements.compactMap { ParameterValue(json: $0)?.text }
      guard words.count == elements.count, !words.isEmpty else {
        throw SearchSpace.unreadable(
          "the choices of \(name): a list of texts, numbers and truth values",
          hint: "write {\"name\": \"\(name)\", \"\(kind)\": [\"none\", 16, true]}")
      }
      return kind == "choice" ? .categorical(words) : .ordinal(words)
    }
    guard elements.count == 2, let low = elements[0].numberValue, let high = elements[1].numberValue
    else { throw SearchSpace.unreadable("the range [low, high] of \(name)") }
    if kind.hasSuffix("int") {
      guard let low = Int(exactly: low), let high = Int(exactly: high), step == nil else {
        throw SearchSpace.unreadable(
          "whole numbers, without a step, as the range of \(name)",
          hint: step == nil
            ? "write {\"name\": \"\(name)\", \"\(kind)\": [1, 64]}"
            : "list the numbers: {\"name\": \"\(name)\", \"ordinal\": [16, 32, 48]}")
      }
      return .int(low: low, high: high, log: kind == "log_int")
    }
    if let step {
      guard kind == "uniform" else {
        throw SearchSpace.unreadable("an even scale of \(name), as steps have none other")
      }
      return .steps(low: low, high: high, step: step)
    }
    return .float(low: low, high: high, log: kind == "log_uniform")
  }

  private static func condition(
    name: String, json: JSONValue?
  ) throws(OptimizationError) -> Condition? {
    guard let json else { return nil }
    guard let members = json.objectValue, members.count == 1, let member = members.first else {
      throw SearchSpace.unreadable(
        "one parameter under 'when' of \(name)",
        hint: "write \"when\": {\"solver\": [\"sgd\"]}; that one may depend on another")
    }
    let elements = member.value.arrayValue ?? [member.value]
    let values = elements.compactMap(ParameterValue.init(json:))
    guard values.count == elements.count else {
      throw SearchSpace.unreadable("the values under 'when' of \(name)")
    }
    return Condition(parent: member.key, values: values)
  }

  /// The parameter as JSON.
  public var json: JSONValue {
    func range(_ low: Double, _ high: Double) -> JSONValue { [.number(low), .number(high)] }
    var members = [JSONMember("name", .string(name))]
    switch domain {
    case .float(let low, let high, let log):
      members.append(JSONMember(log ? "log_uniform" : "uniform", range(low, high)))
    case .steps(let low, let high, let step):
      members.append(JSONMember("uniform", range(low, high)))
      members.append(JSONMember("step", .number(step)))
    case .int(let low, let high, let log):
      members.append(JSONMember(log ? "log_int" : "int", range(Double(low), Double(high))))
    case .categorical(let words):
      members.append(JSONMember("choice", .array(words.map(JSONValue.string))))
    case .ordinal(let words):
      members.append(JSONMember("ordinal", .array(words.map(JSONValue.string))))
    case .boolean: members.append(JSONMember("bool", true))
    }
    if let condition {
      let values = JSONValue.array(condition.values.map(\.json))
      members.append(JSONMember("when", .object([JSONMember(condition.parent, values)])))
    }
    return .object(members)
  }

  /// The parameter with what has no order sorted.
  fileprivate var sorted: SearchParameter {
    var copy = self
    if case .categorical(let words) = domain { copy.domain = .categorical(words.sorted()) }
    copy.condition?.values.sort { $0.text < $1.text }
    return copy
  }
}
