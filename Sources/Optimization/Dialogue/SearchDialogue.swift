import Basics
import JobProtocol

/// A study that is led by JSON documents: one question in, one answer out.
///
/// ```json
/// {"space": {"parameters": […]}, "goals": ["minimize"], "sampler": "tpe", "pruner": "median",
///  "seed": 1, "budget": 100, "steps": 27}
/// {"ask": 2}
/// {"tell": 0, "values": [0.5], "constraints": [-0.2]}, {"tell": 1, "failed": "why"}, {"tell": 2, "pruned": 0.5, "step": 9}
/// {"report": 0, "step": 3, "value": 0.7}
/// {"best": true}
/// ```
///
/// The first begins the study and answers with its fingerprint, the sampler and the pruner's
/// rungs. A report answers whether the trial should stop. A trial that trains a stopped one's point
/// again says so in `promotion`. What cannot be done is answered with an error and changes nothing.
public struct SearchDialogue: Sendable {
  private var study: Study?

  /// No study yet.
  public init() {}

  /// The answer to one document.
  public mutating func answer(_ document: [UInt8]) -> [UInt8] {
    let question: JSONValue
    do {
      question = try JSONValue(parsing: document, acceptsPythonNumbers: true)
    } catch {
      return Self.refusal(Self.wrong("this is no JSON: \(error.message)")).encoded()
    }
    do throws(OptimizationError) {
      return try answer(question).encoded()
    } catch {
      return Self.refusal(error).encoded()
    }
  }

  mutating func answer(_ question: JSONValue) throws(OptimizationError) -> JSONValue {
    if let space = question["space"] { return try begin(space, question) }
    guard study != nil else { throw Self.wrong("there is no study yet") }
    if let count = question["ask"] { return try ask(count) }
    if question["tell"] != nil { return try tell(question) }
    if question["report"] != nil { return try report(question) }
    if question["best"] != nil { return best() }
    throw Self.wrong("a question has one of the keys space, ask, tell, report, best")
  }

  private mutating func begin(
    _ json: JSONValue, _ question: JSONValue
  ) throws(OptimizationError) -> JSONValue {
    try Self.refuseUnknownWords(of: question)
    let space = try SearchSpace(json: json)
    var goals: [OptimizationGoal] = []
    guard let words = (question["goals"] ?? ["minimize"]).arrayValue else {
      throw Self.wrong("goals are a list of minimize and maximize")
    }
    for word in words {
      guard let goal = word.stringValue.flatMap(OptimizationGoal.init(rawValue:)) else {
        throw Self.wrong("goals are minimize or maximize")
      }
      goals.append(goal)
    }
    guard !goals.isEmpty else { throw Self.wrong("a study has a goal") }
    let name = try SamplerName(parsing: Self.word(question, "sampler") ?? "tpe")
    let prunerName = try PrunerName(parsing: Self.word(question, "pruner") ?? "none")
    let budget = try question["budget"].map { json throws(OptimizationError) in
      try Self.whole(json, "budget")
    }
    let seed = try Self.whole(question["seed"] ?? 0, "seed")
    var (chosen, reason): (SamplerName, String?) = (name, nil)
    if name == .automatic {
      let choice = SamplerChoice(
        space: space, goalCount: goals.count, budget: budget,
        isPruned: prunerName != PrunerName.none)
      (chosen, reason) = (choice.name, choice.reason)
    }
    let steps = try question["steps"].map { json throws(OptimizationError) in
      try Self.whole(json, "steps")
    }
    let pruner = prunerName.pruner(steps: steps)
    study = Study(
      space: space, goals: goals, sampler: chosen.sampler(beside: prunerName), seed: UInt64(seed),
      budget: budget, pruner: pruner, steps: steps)
    let places = pruner.rungs(upTo: steps ?? 1000).map { JSONValue.number(Double($0)) }
    var answer: [JSONMember] = [
      JSONMember("fingerprint", .string(space.fingerprint.hex)),
      JSONMember("sampler", .string(chosen.rawValue)), JSONMember("rungs", .array(places)),
    ]
    if let reason { answer.append(JSONMember("reason", .string(reason))) }
    return .object(answer)
  }

  private mutating func ask(_ json: JSONValue) throws(OptimizationError) -> JSONValue {
    let count = try Self.whole(json, "ask")
    guard (1...10_000).contains(count) else { throw Self.wrong("ask takes 1 to 10000") }
    var trials: [JSONValue] = []
    for _ in 0..<count {
      guard let trial = study?.ask() else { continue }
      var members = [
        JSONMember("number", .number(Double(trial.number))), JSONMember("point", trial.point.json),
      ]
      if let promotion = trial.promotion { members.append(JSONMember("promotion", promotion.json)) }
      trials.append(.object(members))
    }
    return ["trials": .array(trials)]
  }

  private mutating func tell(_ question: JSONValue) throws(OptimizationError) -> JSONValue {
    let number = try trialNumber(question["tell"])
    let state: TrialState
    if let values = question["values"]?.arrayValue {
      let numbers = values.map(Self.value)
      guard !numbers.contains(nil) else { throw Self.wrong("values are numbers or null") }
      let goals = study?.history.goals.count ?? 1
      guard numbers.count == goals else {
        throw Self.wrong("a trial has as many values as the study has goals (\(goals))")
      }
      state = .completed(values: numbers.compactMap { $0 })
    } else if let value = question["pruned"].flatMap(Self.value) {
      state = .pruned(value: value, step: try Self.whole(question["step"] ?? 0, "step"))
    } else if let message = question["failed"]?.stringValue {
      state = .failed(message: message)
    } else {
      throw Self.wrong("tell needs values, pruned or failed")
    }
    var constraints: [Double]?
    let isNews = study?.trials[number].state.isFinished == false
    if isNews, case .completed = state {
      let known = study?.trials.first { !$0.constraints.isEmpty }?.constraints.count
      constraints = try TrialConstraints.read(question["constraints"] ?? [], asMany: known)
    }
    study?.tell(number, state, constraints: constraints ?? [])
    return ["told": .bool(isNews)]
  }

  private mutating func report(_ question: JSONValue) throws(OptimizationError) -> JSONValue {
    let number = try trialNumber(question["report"])
    let step = try Self.whole(question["step"] ?? .null, "step")
    guard let value = question["value"].flatMap(Self.value) else {
      throw Self.wrong("report needs a value")
    }
    guard let study, step > study.lastStep(of: number) else {
      throw Self.wrong("steps rise from 1")
    }
    let isStopped =
      study.moment(of: number, step: step, value: value).map(study.pruner.shouldPrune) ?? false
    self.study?.note(number, step: step, value: value, isStopped: isStopped)
    return ["prune": .bool(isStopped)]
  }

  private func best() -> JSONValue {
    let trials = (study?.history.goals.count ?? 1) > 1 ? study?.frontier : study?.best.map { [$0] }
    return [
      "trials": .array(
        (trials ?? []).map { trial in
          [
            "number": .number(Double(trial.number)), "point": trial.point.json,
            "values": .array((trial.values ?? []).map(JSONValue.number)),
          ]
        })
    ]
  }

  // MARK: Reading

  private func trialNumber(_ json: JSONValue?) throws(OptimizationError) -> Int {
    let number = try Self.whole(json ?? .null, "the number of a trial")
    guard let study, study.trials.indices.contains(number) else {
      throw Self.wrong("there is no trial \(number)")
    }
    return number
  }

  /// A number, or what stands for one that is none.
  private static func value(_ json: JSONValue) -> Double? {
    json.isNull ? .nan : json.numberValue
  }

  private static func word(
    _ question: JSONValue, _ key: String
  ) throws(OptimizationError) -> String? {
    guard let json = question[key], !json.isNull else { return nil }
    guard let text = json.stringValue else { throw wrong("\(key) is a name") }
    return text
  }

  /// - Throws: where the study's terms have a word that nobody would heed.
  private static func refuseUnknownWords(of question: JSONValue) throws(OptimizationError) {
    let known = ["space", "goals", "sampler", "pruner", "seed", "budget", "steps"]
    for key in (question.objectValue ?? []).map(\.key) where !known.contains(key) {
      throw OptimizationError(
        code: .invalidQuestion, message: "a study has no term \(key)",
        hint: nearestWord(to: key, among: known).map { "did you mean \($0)?" }
          ?? "its terms are \(known.joined(separator: ", "))")
    }
  }

  private static func whole(_ json: JSONValue, _ name: String) throws(OptimizationError) -> Int {
    guard let number = json.numberValue.flatMap(Int.init(exactly:)), number >= 0 else {
      throw wrong("\(name) is a whole number, 0 or more")
    }
    return number
  }

  private static func wrong(_ message: String) -> OptimizationError {
    OptimizationError(
      code: .invalidQuestion, message: message,
      hint: "begin with {\"space\": …}, then {\"ask\": 1} and {\"tell\": 0, \"values\": [1]}")
  }

  private static func refusal(_ error: OptimizationError) -> JSONValue {
    var members = [
      JSONMember("code", .string(error.code.rawValue)),
      JSONMember("message", .string(error.message)),
    ]
    if let hint = error.hint { members.append(JSONMember("hint", .string(hint))) }
    return ["error": .object(members)]
  }
}
