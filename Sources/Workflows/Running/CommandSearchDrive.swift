internal import Basics
internal import Compute
internal import Experimentation
internal import JobProtocol
internal import Optimization

/// A search over the parameters of a command: the study's coordinator chooses points, each trial is a job.
///
/// Nothing of it is kept here. Some slots ask for trials, each under a key of its own, run them as
/// jobs whose identifiers come from the study and the number, and tell what came of them. A drive
/// that begins again asks under the same keys, so it finds the trials that it had, and their jobs,
/// which have gone on or ended meanwhile.
struct CommandSearchDrive: Sendable {
  /// What is searched for, and for whom.
  struct Subject: Sendable {
    var run: WorkflowRun
    var training: CommandTraining
    var search: CommandSearch
    var train: WorkflowDefinition.TrainSection
    /// The stage's run, below which the trials are.
    var parent: Run
  }

  let drive: WorkflowDrive
  let subject: Subject
  let study: Identifier<StudySummary>

  /// How long a slot may be silent before another one takes its trial over.
  static let leaseMs: Int64 = 120_000
  /// How often a slot looks after its trial.
  static let lookMs: Int64 = 500
  /// Trials at a time on a cluster, whose queue is not ours.
  static let slotsElsewhere = 16

  var parts: WorkflowParts { drive.parts }

  /// Searches to the end.
  ///
  /// - Throws: `StageStop` where no trial gave a value.
  func perform() async throws -> StageOutput.CommandOutput {
    if subject.search.isByArrays {
      try await performArrays()
    } else if subject.search.allocations != nil {
      try await performInAllocations()
    } else {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for slot in 0..<slots { group.addTask { try await work(slot) } }
        // All slots see a cancellation by themselves, and end their jobs.
        try await group.waitForAll()
      }
    }
    return try await outcome()
  }

  /// How many trials run at a time.
  var slots: Int {
    let wanted: Int
    if let parallel = subject.search.parallel {
      wanted = parallel
    } else if subject.train.place.site != nil {
      wanted = Self.slotsElsewhere
    } else {
      wanted = max(1, parts.fingerprint.cpus / max(1, subject.training.resources.cpus))
    }
    return min(wanted, subject.search.trials ?? wanted)
  }

  /// No trial begins after that.
  var isOver: Bool {
    guard let timeMs = subject.search.timeMs else { return false }
    let began = subject.run.stage(.train)?.startedAtMs ?? subject.run.createdAtMs
    return parts.nowMs() - began >= timeMs
  }

  private func work(_ slot: Int) async throws {
    // What it had begun before an interruption is brought to its end, whatever the time.
    var asking = try await ask(slot, onlyHeld: true)
    if case .trial(let trial) = asking { try await perform(trial) }
    while !isOver {
      try await drive.checkCancel()
      asking = try await ask(slot, onlyHeld: false)
      switch asking {
      case .trial(let trial): try await perform(trial)
      case .wait(let ms): try await Task.sleep(for: .milliseconds(ms))
      case .done: return
      }
    }
  }

  enum Asking {
    case trial(CommandTrial)
    case wait(ms: Int64)
    case done
  }

  func ask(_ slot: Int, onlyHeld: Bool) async throws -> Asking {
    let answer = try await parts.studies.answer(
      study,
      [
        "ask": [
          "worker": .string(subject.run.id.rawValue), "key": .string("slot \(slot)"),
          "held": .bool(onlyHeld),
        ]
      ])
    if answer["done"]?.boolValue == true { return .done }
    if let ms = answer["wait_ms"]?.numberValue { return .wait(ms: Int64(ms)) }
    guard let json = answer["trial"], let trial = CommandTrial(json, space: subject.search.space)
    else { throw WorkflowError(.outputInvalid, "The study \(study) answers no trial.") }
    return .trial(trial)
  }

  /// Runs a trial, as often as its point is to be measured, and tells what came of it.
  func perform(_ trial: CommandTrial) async throws {
    if subject.search.repeats > 1 {
      try await tell(trial, repeated(trial))
    } else {
      try await tell(trial, run(trial, below: subject.parent))
    }
  }

  /// Runs a trial, or one measurement of it, as a job.
  func run(_ trial: CommandTrial, below parent: Run) async throws -> CommandTrial.Ending {
    let (study, now) = (study, parts.nowMs())
    let job = try await parts.jobs.submit(
      try spec(of: trial, below: parent), id: jobID(of: trial), in: subject.run.project
    ) { job, db in
      try CommandTracking.begin(
        trial, of: study, below: parent, job: job.id.rawValue, nowMs: now, in: db)
    }
    return try await follow(trial, job, lookMs: Self.lookMs)
  }

  /// Waits for the end of a trial's job and says what came of it.
  ///
  /// - Parameter lookMs: how often to look after it.
  func follow(
    _ trial: CommandTrial, _ submitted: Job, lookMs: Int64
  ) async throws -> CommandTrial.Ending {
    var job = submitted
    let id = job.id
    let folder = parts.jobs.workFolder(of: id)
    var follower = TrialFollower(drive: self, trial: trial)
    while true {
      job = try await parts.jobs.waitForEnd(id, atMostMs: lookMs)
      if job.hasEnded {
        guard !follower.isPruned, drive.isWorthRetrying(job) else { break }
        job = try await parts.jobs.retry(id)
      } else if try await parts.store.isCancelRequested(drive.id) {
        _ = try await parts.jobs.cancel(id)
        _ = try await parts.jobs.waitForEnd(id)
        break
      } else if try await follower.look(nowMs: parts.nowMs()) {
        _ = try await parts.jobs.cancel(id)
      }
    }
    if job.reason != .succeeded { try await drive.checkCancel() }
    let ending = try await ending(of: trial, job, folder: folder, isPruned: follower.isPruned)
    let atMs = job.endedAtMs ?? parts.nowMs()
    let (study, search) = (study, subject.search)
    try await parts.store.ledger.write { db in
      try CommandTracking.end(trial, of: study, ending, search: search, atMs: atMs, in: db)
    }
    return ending
  }

  /// The job of a trial, or of one measurement of it.
  func jobID(of trial: CommandTrial) -> Identifier<Job> {
    .derived(from: study.rawValue, trial.label)
  }

  /// What runs for a trial; makes its folder.
  func spec(of trial: CommandTrial, below parent: Run) throws -> JobSpec {
    let folder = parts.jobs.workFolder(of: jobID(of: trial))
    try FileTree.createFolder(folder)
    var run = parent
    run.id = trial.run(of: study)
    var values = trial.values
    values["trial"] = "\(trial.number)"
    values["trial_dir"] = folder
    values["repeat"] = "\(trial.repetition ?? 0)"
    let environment =
      [
        EnvironmentVariable("AIFACTORY_REPEAT", "\(trial.repetition ?? 0)"),
        EnvironmentVariable("AIFACTORY_STUDY", study.rawValue),
        EnvironmentVariable("AIFACTORY_TRIAL", "\(trial.number)"),
        EnvironmentVariable(
          "AIFACTORY_PARAMS", String(decoding: trial.point.encoded(), as: UTF8.self)),
      ]
      + trial.values.sorted { $0.key < $1.key }.map {
        EnvironmentVariable(Self.variable($0.key), $0.value)
      }
    var spec = drive.commandSpec(
      subject.training, subject.train, subject.run,
      name: "\(subject.run.name) trial \(trial.label)",
      values: values, environment: environment, tracking: run, folder: folder)
    if subject.search.allocations != nil { spec.packing = JobPacking(pack: study.rawValue) }
    return spec
  }

  /// `AIFACTORY_PARAM_` and the parameter's name, with `_` for what no variable's name has.
  private static func variable(_ name: String) -> String {
    "AIFACTORY_PARAM_"
      + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  private func ending(
    of trial: CommandTrial, _ job: Job, folder: String, isPruned: Bool
  ) async throws -> CommandTrial.Ending {
    let reader = TrialValue(
      ledger: parts.store.ledger, objects: parts.objects, search: subject.search)
    let run = trial.run(of: study)
    if job.reason == .succeeded { return try await reader.ending(of: run, job, folder: folder) }
    if job.reason == .canceledByUser {
      // Whoever canceled it before an interruption: the study knows whether the pruner wanted it.
      let verdict = try await parts.studies.answer(
        study, ["verdict": .number(Double(trial.number))])
      if isPruned || verdict["prune"]?.boolValue == true { return .pruned }
    }
    let plan = StageJobPlan(stage: .train, role: "trial", key: "", verb: "command")
    let failure = drive.failure(of: job, plan, folder: folder)
    let logs = RunLogs(ledger: parts.store.ledger, objects: parts.objects)
    guard let words = try await logs.lastWords(of: run) else { return .failed(failure.message) }
    return .failed("\(failure.message) It said: \(words)")
  }

  func tell(_ trial: CommandTrial, _ ending: CommandTrial.Ending) async throws {
    var members = [
      JSONMember("tell", .number(Double(trial.number))),
      JSONMember("attempt", .number(Double(trial.attempt))),
    ]
    switch ending {
    case .completed(let values, let errors, let limited):
      members += [
        JSONMember("outcome", "completed"),
        JSONMember("values", .array(values.map(StudyNumber.json))),
      ]
      if let errors {
        members.append(JSONMember("standard_errors", .array(errors.map(StudyNumber.json))))
      }
      if !limited.isEmpty {
        let constraints = zip(subject.search.limits, limited).map { $0.constraint(of: $1) }
        members.append(JSONMember("constraints", .array(constraints.map(StudyNumber.json))))
      }
    case .pruned: members.append(JSONMember("outcome", "pruned"))
    case .failed(let message):
      members += [JSONMember("outcome", "failed"), JSONMember("message", .string(message))]
    }
    _ = try await parts.studies.answer(study, .object(members))
  }

  // MARK: The end

  private func outcome() async throws -> StageOutput.CommandOutput {
    let state = try await parts.studies.answer(study, ["state": true])
    let best = try await parts.studies.answer(study, ["best": true])
    func count(_ key: String) -> Int { Int(state[key]?.numberValue ?? 0) }
    guard let number = (best["number"]?.numberValue).flatMap({ Int(exactly: $0) }) else {
      throw StageStop(
        failure: try await failure(
          count("trials"), failed: count("failed"), infeasible: count("infeasible")))
    }
    var output = StageOutput.CommandOutput(
      run: subject.parent.id.rawValue,
      bestRun: bestRun(number).rawValue, study: study.rawValue,
      metric: subject.search.metric, bestValue: StudyNumber.value(best["value"]), bestTrial: number)
    if subject.search.objectives.count > 1 {
      output.objectives = try await objectives(best: number)
    }
    output.completedTrials = count("completed")
    output.prunedTrials = count("pruned")
    output.failedTrials = count("failed")
    return output
  }

  /// The run of a trial; of several measurements the first, since each may have logged a model.
  private func bestRun(_ number: Int) -> RunID {
    .derived(from: study.rawValue, subject.search.repeats > 1 ? "\(number).0" : "\(number)")
  }

  /// What several goals came to: the values of the best trial by the first, and the frontier of all.
  private func objectives(best: Int) async throws -> StageOutput.CommandOutput.Objectives {
    let answer = try await parts.studies.answer(study, ["frontier": true])
    let trials = (answer["trials"]?.arrayValue ?? []).compactMap { trial in
      (trial["number"]?.numberValue).flatMap { Int(exactly: $0) }.map { number in
        let values = trial["values"]?.arrayValue ?? []
        return StageOutput.CommandOutput.FrontierTrial(
          trial: number, run: RunID.derived(from: study.rawValue, "\(number)").rawValue,
          values: values.map { StudyNumber.value($0) ?? .nan })
      }
    }
    return StageOutput.CommandOutput.Objectives(
      metrics: subject.search.objectives.map(\.metric),
      goals: subject.search.objectives.map(\.goal.rawValue), frontier: trials)
  }

  /// Why no trial has a value, in the words of the first that failed.
  private func failure(
    _ trials: Int, failed: Int, infeasible: Int
  ) async throws -> StageFailure {
    if infeasible > 0 {
      let limits = subject.search.limits.map(\.text).joined(separator: ", ")
      return StageFailure(
        code: "trials_failed",
        message: infeasible == 1
          ? "The only trial that completed broke its limits, \(limits)."
          : "All \(infeasible) trials that completed broke their limits, \(limits).",
        hint:
          "`aifactory studies show \(study)` lists them; widen the space, loosen `search.limits`, or "
          + "allow more trials.")
    }
    let first = RunID.derived(from: study.rawValue, "0")
    let message = try await parts.store.ledger.read { db -> String? in
      guard try RunStore.find(first, in: db) != nil else { return nil }
      return try RunStore.details(first, in: db).tags[RunTagKey.message]
    }
    guard trials > 0 else {
      return StageFailure(
        code: "trials_failed", message: "No trial began within the time of the search.",
        hint: "Raise `search.time`.")
    }
    let what =
      failed == trials ? "All \(trials) trials failed" : "None of the \(trials) trials completed"
    return StageFailure(
      code: "trials_failed",
      message: what + (message.map { "; the first: \($0)" } ?? "."),
      hint: "`aifactory studies show \(study)` lists them; `aifactory runs list --parent "
        + "\(subject.parent.id)` has their output.")
  }
}
