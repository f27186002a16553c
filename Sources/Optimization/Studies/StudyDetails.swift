import Basics
import JobProtocol

/// A note of another program's about a study or a trial, which is kept as it is.
struct StudyAttribute: Sendable, Equatable {
  /// Who notes: a person's program, or the search itself.
  enum Owner: String, Sendable, CaseIterable { case user, system }

  var owner: Owner
  var key: String
  /// JSON, as that program writes it.
  var text: String

  init(_ owner: Owner, _ key: String, _ text: String) {
    self.owner = owner
    self.key = key
    self.text = text
  }

  fileprivate var json: JSONValue {
    [.string(owner.rawValue), .string(key), .string(text)]
  }

  fileprivate init?(json: JSONValue) {
    guard let owner = (json[0]?.stringValue).flatMap(Owner.init(rawValue:)),
      let key = json[1]?.stringValue, let text = json[2]?.stringValue
    else { return nil }
    self.init(owner, key, text)
  }
}

extension [StudyAttribute] {
  /// Those of programs, JSON texts by key.
  var noted: [String: String] {
    [String: String](
      filter { $0.owner == .user }.map { ($0.key, $0.text) }, uniquingKeysWith: { $1 })
  }
}

/// What is known of a study beside its row.
struct StudyDetails: Sendable, Equatable {
  /// What a good value is, for each value of a trial.
  var goals: [OptimizationGoal]
  var attributes: [StudyAttribute] = []
  /// What parameters were drawn from where the study came from, by name.
  var distributions: [String: OptunaDistribution] = [:]
  /// Names of the values of a trial, one for each goal; empty where nobody gave them.
  var metrics: [String] = []
  /// Where the last initial points of a search are from that its job leads.
  var warmStart: [WarmStart.Origin] = []

  init(
    goals: [OptimizationGoal], attributes: [StudyAttribute] = [],
    distributions: [String: OptunaDistribution] = [:]
  ) {
    self.goals = goals
    self.attributes = attributes
    self.distributions = distributions
  }

  var text: String {
    let kept = distributions.sorted { $0.key < $1.key }
    var members = [
      JSONMember("goals", .array(goals.map { .string($0.rawValue) })),
      JSONMember("attributes", .array(attributes.map(\.json))),
      JSONMember(
        "distributions", .object(kept.map { JSONMember($0.key, .string($0.value.text)) })),
    ]
    if !metrics.isEmpty {
      members.append(JSONMember("metrics", .array(metrics.map(JSONValue.string))))
    }
    if !warmStart.isEmpty { members.append(JSONMember("warm_start", warmStart.json)) }
    return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
  }

  /// nil for what this version did not write.
  init?(text: String) {
    guard let json = try? JSONValue(parsing: text) else { return nil }
    goals = (json["goals"]?.arrayValue ?? []).compactMap {
      $0.stringValue.flatMap(OptimizationGoal.init(rawValue:))
    }
    guard !goals.isEmpty else { return nil }
    attributes = (json["attributes"]?.arrayValue ?? []).compactMap(StudyAttribute.init(json:))
    for member in json["distributions"]?.objectValue ?? [] {
      // What a later version wrote is made anew from the domain.
      distributions[member.key] = member.value.stringValue.flatMap {
        try? OptunaDistribution(text: $0)
      }
    }
    metrics = (json["metrics"]?.arrayValue ?? []).compactMap(\.stringValue)
    warmStart = json["warm_start"].map([WarmStart.Origin].init(json:)) ?? []
  }
}

/// What is known of a trial beside its row.
struct TrialDetails: Sendable, Equatable {
  /// A value at a step.
  struct Point: Sendable, Equatable {
    var step: Int
    var value: Double
  }

  /// A value for each goal.
  var values: [Double] = []
  /// The standard error of each of them; empty where the point was measured once.
  var errors: [Double] = []
  /// What it reported while it ran, in order of steps.
  var intermediate: [Point] = []
  var attributes: [StudyAttribute] = []
  /// The stopped trial whose point it trained again.
  var promotion: TrialPromotion?

  init(
    values: [Double] = [], intermediate: [Point] = [], attributes: [StudyAttribute] = []
  ) {
    self.values = values
    self.intermediate = intermediate
    self.attributes = attributes
  }

  /// What Optuna calls the values that somebody wanted tried, among a trial's attributes.
  static let enqueuedKey = "fixed_params"

  /// Takes what a report tells beside its row; nil where that is nothing.
  init?(_ report: TrialReport) {
    guard
      report.values != nil || report.errors != nil || report.attributes != nil
        || report.enqueued != nil || report.promotion != nil || report.constraints != nil
    else { return nil }
    let value = report.outcome == .completed ? report.value : nil
    self.init(values: report.values ?? value.map { [$0] } ?? [])
    errors = report.errors ?? []
    promotion = report.promotion
    attributes = (report.attributes ?? [:]).sorted { $0.key < $1.key }.map {
      StudyAttribute(.user, $0.key, $0.value)
    }
    if let enqueued = report.enqueued {
      attributes.append(StudyAttribute(.system, Self.enqueuedKey, enqueued))
    }
    if let constraints = report.constraints {
      let json = JSONValue.array(constraints.map(JSONValue.init(exactly:)))
      attributes.append(
        StudyAttribute(
          .system, Self.constraintsKey, String(decoding: json.encoded(), as: UTF8.self)))
    }
  }

  /// What is noted of the trial goes into a report.
  func fill(_ report: inout TrialReport) {
    let noted = attributes.noted
    if !noted.isEmpty { report.attributes = noted }
    report.promotion = promotion
    report.enqueued = attributes.first { $0.owner == .system && $0.key == Self.enqueuedKey }?.text
    report.constraints = constraints
  }

  /// What Optuna calls what was measured of constraints, among a trial's attributes.
  static let constraintsKey = "constraints"

  /// What was measured of constraints, each kept where it is 0 or less; nil where that is nothing.
  ///
  /// Optuna keeps a list of them before its version 5, then one by one.
  var constraints: [Double]? {
    let values = attributes.flatMap { attribute -> [Double] in
      let isOne =
        attribute.key == Self.constraintsKey
        || attribute.key.hasPrefix("\(Self.constraintsKey):")
      guard attribute.owner == .system, isOne,
        // What is no JSON is no constraint.
        let json = try? JSONValue(parsing: Array(attribute.text.utf8), acceptsPythonNumbers: true)
      else { return [] }
      return (json.arrayValue ?? [json]).compactMap(\.exactNumber)
    }
    return values.isEmpty ? nil : values
  }

  var text: String {
    var members = [
      JSONMember("values", .array(values.map(JSONValue.init(exactly:)))),
      JSONMember(
        "steps",
        .array(intermediate.map { [.number(Double($0.step)), JSONValue(exactly: $0.value)] })),
      JSONMember("attributes", .array(attributes.map(\.json))),
    ]
    if !errors.isEmpty {
      members.append(JSONMember("errors", .array(errors.map(JSONValue.init(exactly:)))))
    }
    if let promotion { members.append(JSONMember("promotion", promotion.json)) }
    return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
  }

  /// nil for what this version did not write.
  init?(text: String) {
    guard let json = try? JSONValue(parsing: text), let numbers = json["values"]?.arrayValue else {
      return nil
    }
    values = numbers.compactMap(\.exactNumber)
    errors = (json["errors"]?.arrayValue ?? []).compactMap(\.exactNumber)
    promotion = json["promotion"].flatMap(TrialPromotion.init(json:))
    intermediate = (json["steps"]?.arrayValue ?? []).compactMap { pair in
      guard let step = (pair[0]?.numberValue).flatMap({ Int(exactly: $0) }),
        let value = pair[1]?.exactNumber
      else { return nil }
      return Point(step: step, value: value)
    }
    attributes = (json["attributes"]?.arrayValue ?? []).compactMap(StudyAttribute.init(json:))
  }
}
