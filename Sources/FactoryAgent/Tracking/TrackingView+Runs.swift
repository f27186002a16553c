import JSONCoding
import MLflowProtocol

/// `runs/…` but for what a run logs.
extension TrackingView {
  mutating func createRun(_ call: TrackedCall) throws -> HTTPAnswer {
    let fields = call.fields
    let text = try fields.string("experiment_id") ?? ""
    let experiment = try experiment(text.isEmpty ? "0" : text)
    guard experiment.lifecycle == "active" else {
      throw MLflowFailure(
        .invalidParameterValue,
        "The experiment \(experiment.id) must be in the 'active' state. Current state is deleted.")
    }
    var tags = try Self.checked(tags: fields.pairs("tags"), takesAnyCharacter: true)
    let given = try fields.string("run_name") ?? ""
    if !given.isEmpty, let tag = tags[Self.nameTag], tag != given {
      throw MLflowFailure(
        .invalidParameterValue,
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different "
          + "values (run_name='\(given)', mlflow.runName='\(tag)').")
    }
    let name = given.isEmpty ? tags[Self.nameTag] ?? RunNames.random() : given
    tags[Self.nameTag] = name
    let run = RunView(
      id: RandomID.hexadecimal(32), experiment: experiment, name: name,
      user: try fields.string("user_id") ?? "",
      startedAtMs: try fields.integer("start_time") ?? call.nowMs, tags: tags)
    // The server shall not draw another name.
    try call.write(run.id, fields.setting("run_name", to: name))
    runs[run.id] = run
    ownRuns.append(run.id)
    return Self.answer(run)
  }

  func getRun(_ call: TrackedCall) throws -> HTTPAnswer { Self.answer(try run(try call.run())) }

  mutating func updateRun(_ call: TrackedCall) throws -> HTTPAnswer {
    var run = try activeRun(try call.run())
    if let word = try Self.status(call.fields) {
      run.status = word
      if word == "RUNNING" || word == "SCHEDULED" { run.endedAtMs = nil }
    }
    if let end = try call.fields.integer("end_time") { run.endedAtMs = end }
    if let name = try call.fields.string("run_name"), !name.isEmpty {
      run.name = name
      run.tags[Self.nameTag] = name
    }
    try call.write()
    runs[run.id] = run
    return HTTPAnswer.object {
      $0.key("run_info")
      $0.runInfo(run)
    }
  }

  mutating func setLifecycle(_ stage: String, _ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    _ = try ownRun(id)
    try call.write()
    runs[id]?.lifecycle = stage
    return .done
  }

  private static func answer(_ run: RunView) -> HTTPAnswer {
    HTTPAnswer.object {
      $0.key("run")
      $0.run(run)
    }
  }

  /// The tag that names a run.
  static let nameTag = "mlflow.runName"

  private static func status(_ fields: MLflowFields) throws -> String? {
    let words = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
    guard let value = fields["status"] else { return nil }
    switch value {
    case .string(""): return nil
    case .string(let word) where words.contains(word): return word
    case .number(let number):
      if let place = Int(exactly: number), (1...words.count).contains(place) {
        return words[place - 1]
      }
    case .null, .bool, .string, .array, .object: break
    }
    throw MLflowFields.invalid("status", value)
  }
}
