public import Basics

/// What a study is about that many workers share.
public struct StudyTerms: Sendable, Equatable {
  /// A name for people.
  public var name: String
  /// What may be tried; nil where the workers say so while they work.
  public var space: SearchSpace?
  /// What a good value is, for each value of a trial; at least one.
  public var goals: [OptimizationGoal]
  /// The first of them.
  public var goal: OptimizationGoal { goals[0] }
  /// Who chooses points.
  public var sampler: SamplerName
  /// Who stops trials.
  public var pruner: PrunerName
  /// Of all random decisions.
  public var seed: UInt64
  /// How many trials there will be; nil: as many as are asked for.
  public var budget: Int?
  /// Steps of a whole trial, by which pruners set their rungs; nil where nobody knows.
  public var steps: Int?
  /// How long a worker may be silent before its trial is given to another.
  public var leaseMs: Int64
  /// The study ends when less improvement is expected, in the unit of its values; nil: it does not.
  public var stopBelow: Double?
  /// Where the last initial points of the space are from, in their order.
  public var warmStart: [WarmStart.Origin] = []

  /// Most trials of a study.
  public static let mostTrials = 1_000_000
  /// Most goals of a study.
  public static let mostGoals = 8
  /// Shortest and longest lease, in milliseconds.
  public static let leaseRange: ClosedRange<Int64> = 100...86_400_000

  /// Takes every value as it is.
  public init(
    name: String, space: SearchSpace?, goal: OptimizationGoal = .minimize,
    sampler: SamplerName = .tpe, pruner: PrunerName = .none, seed: UInt64 = 0, budget: Int? = nil,
    steps: Int? = nil, leaseMs: Int64 = 60_000, stopBelow: Double? = nil
  ) {
    self.name = name
    self.space = space
    goals = [goal]
    self.sampler = sampler
    self.pruner = pruner
    self.seed = seed
    self.budget = budget
    self.steps = steps
    self.leaseMs = leaseMs
    self.stopBelow = stopBelow
  }

  /// The terms as JSON.
  public var json: JSONValue {
    var members = [
      JSONMember("name", .string(name)), JSONMember("goal", .string(goal.rawValue)),
      JSONMember("sampler", .string(sampler.rawValue)),
      JSONMember("pruner", .string(pruner.rawValue)),
      // 64 bits do not fit a double.
      JSONMember("seed", .string(String(seed))), JSONMember("lease_ms", .number(Double(leaseMs))),
    ]
    if let space { members.append(JSONMember("space", space.json)) }
    if let budget { members.append(JSONMember("budget", .number(Double(budget)))) }
    if let steps { members.append(JSONMember("steps", .number(Double(steps)))) }
    if goals.count > 1 {
      members.append(JSONMember("goals", .array(goals.map { .string($0.rawValue) })))
    }
    if !warmStart.isEmpty {
      members.append(JSONMember("warm_start", warmStart.json))
    }
    if let stopBelow { members.append(JSONMember("stop_below", .number(stopBelow))) }
    return .object(members)
  }

  /// Reads what `json` writes.
  public init(json: JSONValue) throws(OptimizationError) {
    guard let name = json["name"]?.stringValue,
      let goal = (json["goal"]?.stringValue).flatMap(OptimizationGoal.init(rawValue:)),
      let seed = (json["seed"]?.stringValue).flatMap({ UInt64($0) }),
      let leaseMs = (json["lease_ms"]?.numberValue).flatMap({ Int64(exactly: $0) })
    else {
      throw OptimizationError(
        code: .invalidQuestion, message: "these are no terms of a study",
        hint: "name, goal, seed and lease_ms are needed")
    }
    var space: SearchSpace?
    if let document = json["space"] { space = try SearchSpace(json: document) }
    self.init(
      name: name, space: space, goal: goal,
      sampler: try SamplerName(parsing: json["sampler"]?.stringValue ?? "tpe"),
      pruner: try PrunerName(parsing: json["pruner"]?.stringValue ?? "none"), seed: seed,
      budget: (json["budget"]?.numberValue).flatMap { Int(exactly: $0) },
      steps: (json["steps"]?.numberValue).flatMap { Int(exactly: $0) }, leaseMs: leaseMs,
      stopBelow: json["stop_below"]?.numberValue)
    let goals = (json["goals"]?.arrayValue ?? []).compactMap {
      $0.stringValue.flatMap(OptimizationGoal.init(rawValue:))
    }
    if !goals.isEmpty { self.goals = goals }
    warmStart = json["warm_start"].map([WarmStart.Origin].init(json:)) ?? []
  }
}

extension PrunerName {
  /// The pruner for trials of so many steps; with nil, the one with default settings.
  ///
  /// Of fewer than three trials at a rung halving lets the best go on alone, beside which promotions
  /// were measured. Halving and hyperband decide first after a 27th of the steps, median and percentile after a
  /// tenth and then with each twentieth, patience with each twentieth, threshold with each step.
  public func pruner(steps: Int?) -> any Pruner {
    guard let steps else {
      return isHalving ? SuccessiveHalvingPruner(isStrict: true) : pruner
    }
    let (first, tenth, interval) = (max(steps / 27, 1), max(steps / 10, 1), max(steps / 20, 1))
    switch self {
    case .successiveHalving, .asha:
      return SuccessiveHalvingPruner(minimumSteps: first, isStrict: true)
    case .hyperband: return HyperbandPruner(minimumSteps: first)
    case .median:
      return PercentilePruner(percentile: 50, minimumSteps: tenth, interval: interval)
    case .percentile:
      return PercentilePruner(percentile: 25, minimumSteps: tenth, interval: interval)
    case .patience: return PatiencePruner(interval: interval)
    case .threshold, .none: return pruner
    }
  }

  /// Whether it is successive halving, by either name.
  var isHalving: Bool { self == .successiveHalving || self == .asha }
}
