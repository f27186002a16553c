internal import Basics
internal import Experimentation
internal import JobProtocol
internal import Optimization

/// The tracking runs of a command that trains: the stage's own, and one below it for each trial.
struct CommandTracking: Sendable {
  var run: WorkflowRun
  var training: CommandTraining
  var fingerprint: FactoryFingerprint
  var nowMs: Int64

  /// The stage's run.
  var own: RunID { WorkflowTracking.id(of: .train, in: run.id) }

  /// Makes the stage's run, once, and returns it.
  func begin(in db: LedgerTransaction) throws -> Run {
    let tree = WorkflowTracking(fingerprint: fingerprint, nowMs: nowMs)
    let root = try tree.begin(run, in: db)
    let made = try RunStore.create(
      own, experiment: root.experiment, name: StageName.train.rawValue, user: root.user,
      startedAtMs: nowMs, in: db)
    var tags = [
      RunTagKey.name: StageName.train.rawValue, RunTagKey.parent: root.id.rawValue,
      RunTagKey.workflowRun: run.id.rawValue, RunTagKey.stage: StageName.train.rawValue,
      RunTagKey.command: training.command.words.joined(separator: " "),
    ]
    tags[RunTagKey.code] = training.code?.snapshot
    var inputs: [RunInput] = []
    if let dataset = run.dataset {
      let input = DatasetInput(dataset: dataset, name: run.name, baseFolder: run.baseFolder)
      inputs.append(try input.input("training", in: db))
    }
    try RunStore.note(
      params: RunText.params(params), tags: RunText.tags(tags.merging(tree.environment) { $1 }),
      inputs: inputs, on: own, in: db)
    return made
  }

  private var params: [String: String] {
    guard let search = training.search else { return [:] }
    var params = [
      "metric": search.objectives.map(\.metric).joined(separator: ", "),
      "goal": search.objectives.map(\.goal.rawValue).joined(separator: ", "),
      "sampler": search.sampler.rawValue,
      "pruner": search.pruner.rawValue, "seed": "\(search.seed)",
    ]
    params["trials"] = search.trials.map(String.init)
    params["time_ms"] = search.timeMs.map { "\($0)" }
    return params
  }

  /// Makes a trial's run, once, together with its job; of a trial that is given out again, the run
  /// goes on with the new job.
  static func begin(
    _ trial: CommandTrial, of study: Identifier<StudySummary>, below parent: Run, job: String,
    nowMs: Int64, in db: LedgerTransaction
  ) throws {
    let id = trial.run(of: study)
    if let known = try RunStore.find(id, in: db) {
      if known.job != job { try RunStore.hand(id, to: job, in: db) }
      return
    }
    try create(trial, of: study, below: parent, job: job, nowMs: nowMs, in: db)
    try RunStore.setStatus(.scheduled, of: id, in: db)
  }

  /// Makes the run of a trial whose point is measured several times, once, and returns it; its
  /// measurements are runs below it.
  static func beginRepeated(
    _ trial: CommandTrial, of study: Identifier<StudySummary>, below parent: Run, nowMs: Int64,
    in db: LedgerTransaction
  ) throws -> Run {
    if let known = try RunStore.find(trial.run(of: study), in: db) { return known }
    return try create(trial, of: study, below: parent, job: nil, nowMs: nowMs, in: db)
  }

  @discardableResult
  private static func create(
    _ trial: CommandTrial, of study: Identifier<StudySummary>, below parent: Run, job: String?,
    nowMs: Int64, in db: LedgerTransaction
  ) throws -> Run {
    let id = trial.run(of: study)
    let name =
      "trial \(trial.number)" + (trial.repetition.map { ", measurement \($0)" } ?? "")
    let made = try RunStore.create(
      id, experiment: parent.experiment, name: name, job: job, user: parent.user,
      startedAtMs: nowMs, in: db)
    var tags = [
      RunTagKey.name: name, RunTagKey.parent: parent.id.rawValue,
      "aifactory.study": study.rawValue, "aifactory.trial": "\(trial.number)",
    ]
    tags[RunTagKey.job] = job
    tags["aifactory.repeat"] = trial.repetition.map { "\($0)" }
    try RunStore.note(
      params: RunText.params(trial.values), tags: RunText.tags(tags), on: id, in: db)
    return made
  }

  /// Writes what all measurements of a trial came to into its run, if it is still there.
  static func endRepeated(
    _ trial: CommandTrial, of study: Identifier<StudySummary>, _ ending: CommandTrial.Ending,
    search: CommandSearch, atMs: Int64, in db: LedgerTransaction
  ) throws {
    let id = trial.run(of: study)
    guard try RunStore.find(id, in: db) != nil else { return }
    if case .completed(let means, let errors, let limited) = ending {
      let goals = Set(search.objectives.map(\.metric))
      var points = zip(search.limits, limited).filter { !goals.contains($0.0.metric) }.map {
        MetricPoint(key: RunText.key($0.metric), value: $1, step: 0, timestampMs: atMs)
      }
      for (place, objective) in search.objectives.enumerated() {
        let key = RunText.key(objective.metric)
        points.append(MetricPoint(key: key, value: means[place], step: 0, timestampMs: atMs))
        guard let errors else { continue }
        points.append(
          MetricPoint(
            key: RunText.key(objective.metric + "_standard_error"), value: errors[place], step: 0,
            timestampMs: atMs))
      }
      try RunStore.log(points, to: id, in: db)
    } else {
      try end(trial, of: study, ending, search: search, atMs: atMs, in: db)
    }
    if case .failed = ending { return }
    try RunStore.setStatus(.finished, of: id, endedAtMs: atMs, in: db)
  }

  /// Writes what a trial came to into its run, if it is still there.
  ///
  /// - Parameter search: of what the values are; the run has those that were logged already.
  static func end(
    _ trial: CommandTrial, of study: Identifier<StudySummary>, _ ending: CommandTrial.Ending,
    search: CommandSearch, atMs: Int64, in db: LedgerTransaction
  ) throws {
    let id = trial.run(of: study)
    guard try RunStore.find(id, in: db) != nil else { return }
    switch ending {
    case .completed(let values, _, let limited):
      let goals = zip(search.objectives, values).map { ($0.metric, $0.cost, $1) }
      let limits = zip(search.limits, limited).map { ($0.metric, $0.cost, $1) }
      var points: [MetricPoint] = []
      for (metric, cost, value) in goals + limits where search.source != .mlflow || cost != nil {
        let key = RunText.key(metric)
        guard !points.contains(where: { $0.key == key }) else { continue }
        points.append(MetricPoint(key: key, value: value, step: 0, timestampMs: atMs))
      }
      try RunStore.log(points, to: id, in: db)
    case .pruned:
      try RunStore.note(tags: [RunTagKey.reason: "pruned"], on: id, in: db)
    case .failed(let message):
      let tags = [RunTagKey.reason: "failed", RunTagKey.message: message]
      try RunStore.note(tags: RunText.tags(tags), on: id, in: db)
      try RunStore.setStatus(.failed, of: id, endedAtMs: atMs, in: db)
    }
  }
}

/// One trial of a command.
struct CommandTrial: Sendable {
  var number: Int
  /// How often it was given to somebody.
  var attempt: Int
  /// The values of its parameters, as text.
  var values: [String: String]
  /// The same as JSON.
  var point: JSONValue

  /// What became of it.
  enum Ending: Sendable, Equatable {
    /// With a value for each goal, the standard error of each where it was measured several times, and a value of
    /// whatever has a limit.
    case completed([Double], errors: [Double]? = nil, limited: [Double] = [])
    case pruned
    case failed(String)
  }

  /// Which of several measurements of its point this is, from 0; nil for the trial as a whole.
  var repetition: Int?

  /// What its job and its run are called within the study.
  var label: String { repetition.map { "\(number).\($0)" } ?? "\(number)" }

  /// Its tracking run.
  func run(of study: Identifier<StudySummary>) -> RunID { .derived(from: study.rawValue, label) }

  /// The answer to an asking; nil where it gives no trial.
  init?(_ json: JSONValue, space: SearchSpace) {
    guard let number = (json["number"]?.numberValue).flatMap({ Int(exactly: $0) }),
      let attempt = (json["attempt"]?.numberValue).flatMap({ Int(exactly: $0) }),
      let point = json["point"]
    else { return nil }
    self.number = number
    self.attempt = attempt
    self.point = point
    values = space.texts(of: point)
  }
}

/// A number as coordinators write it: JSON lacks some.
enum StudyNumber {
  static func json(_ value: Double) -> JSONValue {
    if value.isFinite { return .number(value) }
    return .string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
  }

  static func value(_ json: JSONValue?) -> Double? {
    switch json {
    case .number(let value)?: value
    case .string("NaN")?: .nan
    case .string("Infinity")?: .infinity
    case .string("-Infinity")?: -.infinity
    default: nil
    }
  }
}
