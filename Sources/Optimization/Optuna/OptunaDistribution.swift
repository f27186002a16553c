import Basics

/// A distribution as Optuna's storage writes it, and the domain that means the same here.
///
/// Whole numbers in steps are words with an order here; choices are words, whatever they were.
struct OptunaDistribution: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case float(low: Double, high: Double, step: Double?, log: Bool)
    case int(low: Int, high: Int, step: Int, log: Bool)
    case categorical([JSONValue])
  }

  let kind: Kind
  /// The domain here.
  let domain: ParameterDomain

  /// Most words of a domain that stands for whole numbers in steps.
  private static let mostWords = 1_000

  /// nil for what no domain here can be: nothing to choose from, or a choice twice.
  init?(_ kind: Kind) {
    self.kind = kind
    guard let domain = Self.domains(of: kind).first(where: { $0.problem == nil }) else {
      return nil
    }
    self.domain = domain
  }

  /// Reads what Optuna's `distribution_to_json` writes, also before its version 3.
  init(text: String) throws(OptimizationError) {
    // Whatever it is instead, it is no distribution.
    guard let json = try? JSONValue(parsing: Array(text.utf8), acceptsPythonNumbers: true),
      let name = json["name"]?.stringValue, let values = json["attributes"],
      let kind = Self.kind(name, values), let distribution = Self(kind)
    else { throw Self.unreadable(text) }
    self = distribution
  }

  private static func kind(_ name: String, _ values: JSONValue) -> Kind? {
    func whole(_ key: String) -> Int? { values[key]?.numberValue.flatMap { Int(exactly: $0) } }
    let log = values["log"]?.boolValue ?? false
    switch name {
    case "CategoricalDistribution": return values["choices"]?.arrayValue.map(Kind.categorical)
    case "FloatDistribution", "UniformDistribution", "LogUniformDistribution",
      "DiscreteUniformDistribution":
      guard let low = values["low"]?.numberValue, let high = values["high"]?.numberValue else {
        return nil
      }
      return .float(
        low: low, high: high, step: (values["step"] ?? values["q"])?.numberValue,
        log: log || name == "LogUniformDistribution")
    case "IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution":
      guard let low = whole("low"), let high = whole("high") else { return nil }
      return .int(
        low: low, high: high, step: whole("step") ?? 1,
        log: log || name == "IntLogUniformDistribution")
    default: return nil
    }
  }

  /// The distribution of a domain that did not come from Optuna.
  init(_ domain: ParameterDomain) {
    self.domain = domain
    switch domain {
    case .float(let low, let high, let log):
      kind = .float(low: low, high: high, step: nil, log: log)
    case .steps(let low, let high, let step):
      kind = .float(low: low, high: high, step: step, log: false)
    case .int(let low, let high, let log): kind = .int(low: low, high: high, step: 1, log: log)
    case .boolean: kind = .categorical([false, true])
    case .categorical(let words), .ordinal(let words):
      kind = .categorical(words.map(JSONValue.string))
    }
  }

  /// What Optuna's `json_to_distribution` reads.
  var text: String {
    let (name, members): (String, [JSONMember]) =
      switch kind {
      case .float(let low, let high, let step, let log):
        (
          "FloatDistribution",
          [
            JSONMember("step", step.map(JSONValue.number) ?? .null),
            JSONMember("low", .number(low)), JSONMember("high", .number(high)),
            JSONMember("log", .bool(log)),
          ]
        )
      case .int(let low, let high, let step, let log):
        (
          "IntDistribution",
          [
            JSONMember("log", .bool(log)), JSONMember("step", .number(Double(step))),
            JSONMember("low", .number(Double(low))), JSONMember("high", .number(Double(high))),
          ]
        )
      case .categorical(let choices):
        ("CategoricalDistribution", [JSONMember("choices", .array(choices))])
      }
    let json: JSONValue = .object([
      JSONMember("name", .string(name)), JSONMember("attributes", .object(members)),
    ])
    return Self.encoded(json)
  }

  // MARK: Domains

  /// What a kind may be here, the best first.
  private static func domains(of kind: Kind) -> [ParameterDomain] {
    switch kind {
    case .float(let low, let high, let step, let log):
      let range = ParameterDomain.float(low: low, high: high, log: log)
      return step.map { [.steps(low: low, high: high, step: $0), range] } ?? [range]
    case .int(let low, let high, 1, let log):
      return [.int(low: low, high: high, log: log)]
    case .int(let low, let high, let step, _):
      guard step > 0, low <= high else { return [] }
      let (first, last) = (Double(low), Double(high))
      guard isWords(low, high, step) else {
        return [
          .steps(low: first, high: last, step: Double(step)), .float(low: first, high: last),
        ]
      }
      return [.ordinal(Swift.stride(from: low, through: high, by: step).map(String.init))]
    case .categorical(let choices): return [.categorical(words(choices))]
    }
  }

  private static func isWords(_ low: Int, _ high: Int, _ step: Int) -> Bool {
    (Double(high) - Double(low)) / Double(step) < Double(mostWords)
  }

  /// The range of both, in steps that have the values of both; nil where they are of different kinds.
  func joined(_ other: OptunaDistribution) -> OptunaDistribution? {
    if self == other { return self }
    switch (kind, other.kind) {
    case (
      .float(let low, let high, let step, let log),
      .float(let otherLow, let otherHigh, let otherStep, let otherLog)
    ):
      guard log == otherLog else { return nil }
      // Steps that do not meet have all numbers between in common.
      let isOneGrid = step.map { Self.isMultiple(low - otherLow, of: $0) } ?? false
      return OptunaDistribution(
        .float(
          low: min(low, otherLow), high: max(high, otherHigh),
          step: step == otherStep && isOneGrid ? step : nil, log: log))
    case (
      .int(let low, let high, let step, let log),
      .int(let otherLow, let otherHigh, let otherStep, let otherLog)
    ):
      guard log == otherLog else { return nil }
      // The largest step that leads from each value to each.
      let (distance, isFar) = low.subtractingReportingOverflow(otherLow)
      let common = isFar ? 1 : Self.divisor(Self.divisor(step, otherStep), distance)
      return OptunaDistribution(
        .int(low: min(low, otherLow), high: max(high, otherHigh), step: common, log: log))
    default: return nil
    }
  }

  /// The greatest common divisor of a positive number and another.
  private static func divisor(_ one: Int, _ other: Int) -> Int {
    var (one, other) = (one.magnitude, other.magnitude)
    while other != 0 { (one, other) = (other, one % other) }
    return Int(clamping: max(one, 1))
  }

  private static func isMultiple(_ distance: Double, of step: Double) -> Bool {
    let count = distance / step
    return abs(count - count.rounded()) < 1e-6
  }

  // MARK: Values

  /// A value as Optuna stores it: categories by their place.
  func value(stored: Double) throws(OptimizationError) -> ParameterValue {
    let value: ParameterValue?
    switch domain {
    case .float, .steps: value = .float(stored)
    case .int: value = Int(exactly: stored).map(ParameterValue.int)
    case .ordinal: value = Int(exactly: stored).map { .category("\($0)") }
    case .categorical(let words):
      value = Int(exactly: stored).flatMap { words.indices.contains($0) ? words[$0] : nil }
        .map(ParameterValue.category)
    case .boolean: value = nil
    }
    guard let value else { throw Self.unreadable("\(text) with the value \(stored)") }
    return value
  }

  /// What Optuna stores for a value that stands here as text; nil for one that is none.
  func stored(_ text: String) -> Double? {
    switch (kind, domain) {
    case (.categorical, .categorical(let words)), (.categorical, .ordinal(let words)):
      return words.firstIndex(of: text).map(Double.init)
    case (.categorical, .boolean): return text == "true" ? 1 : text == "false" ? 0 : nil
    case (.float, _), (.int, _): return Double(text)
    case (.categorical, _): return nil
    }
  }

  /// Choices as words: their texts, or their JSON where two texts are equal.
  private static func words(_ choices: [JSONValue]) -> [String] {
    let texts = choices.map { choice in
      choice.isNull ? "null" : ParameterValue(json: choice)?.text ?? encoded(choice)
    }
    return Set(texts).count == texts.count ? texts : choices.map(encoded)
  }

  /// JSON as Python writes and reads it, with words for what is infinite or no number.
  private static func encoded(_ json: JSONValue) -> String {
    switch json {
    case .number(let number) where !number.isFinite:
      number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
    case .array(let elements): "[" + elements.map(encoded).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { "\(encoded(.string($0.key))):\(encoded($0.value))" }
        .joined(separator: ",") + "}"
    default: String(decoding: json.encoded(), as: UTF8.self)
    }
  }

  private static func unreadable(_ what: String) -> OptimizationError {
    OptimizationError(
      code: .optunaUnreadable,
      message: "this is no distribution of Optuna's that has a domain here: \(what.prefix(200))",
      hint: "take over the other studies of the file, one by one, with --study")
  }
}
