import Basics
import JobProtocol

/// A study that many workers share: who works on which trial, what they have told, and until when they may be silent.
///
/// Pure: questions and the time go in, an answer and events come out. The events, kept in order,
/// are the study; `apply` takes it up again from them. Leases are no events: whoever takes a study
/// up gives every holder a new one. So does the first question after a silence of all, which nobody
/// but the way between them is to blame for.
public struct StudyCoordinator: Sendable {
  /// What the study is about.
  public let terms: StudyTerms
  private(set) var study: Study
  /// What workers have shown of the space; nil where it is a part of the terms.
  private(set) var discovered: DiscoveredSpace?
  private(set) var records: [Record] = []
  /// Numbers of running trials by the keys of their askings.
  private var keys: [String: Int] = [:]
  /// Numbers of running trials.
  private(set) var running: Set<Int> = []
  /// Values that somebody wanted tried, in the order in which that was said.
  private(set) var enqueued: [EnqueuedPoint] = []
  /// How many of them have become trials.
  private(set) var begunCount = 0
  /// What programs noted of the study, JSON texts by key.
  private(set) var attributes: [String: String] = [:]
  /// When something was last heard of anybody.
  private var heardAtMs: Int64 = 0

  /// What is to be gained as of so many ended trials; nil where nobody has asked.
  private(set) var stopVerdict: (ended: Int, known: ImprovementStop.Verdict)?
  private var stopMemory = ImprovementStop.Memory()

  /// What is known of a trial beside its point.
  struct Record: Sendable {
    var holder: StudyHolder
    /// How often it was given to somebody, from 1; what another attempt says of steps is ignored.
    var attempt = 1
    var leaseUntilMs: Int64
    var startedAtMs: Int64
    var endedAtMs: Int64 = 0
    /// What the present attempt has reported.
    var reports: [PruningMoment.Report] = []
    /// Why it should stop, once it should.
    var verdict: String?
    /// The attempt whose result counts.
    var teller: Int?
    /// The standard errors of its values, where the point was measured several times.
    var errors: [Double]?
    /// What somebody wanted tried with it.
    var wanted: EnqueuedPoint?
    /// What programs noted of it, JSON texts by key.
    var attributes: [String: String] = [:]
  }

  /// A study without trials.
  public init(_ terms: StudyTerms) {
    self.terms = terms
    discovered = terms.space == nil ? DiscoveredSpace() : nil
    study = Study(
      space: terms.space ?? .empty, goals: terms.goals,
      sampler: terms.sampler.sampler(beside: terms.pruner),
      seed: terms.seed, budget: terms.budget, pruner: terms.pruner.pruner(steps: terms.steps),
      steps: terms.steps)
  }

  // MARK: Events

  /// Takes in what happened; what cannot have happened is passed over.
  ///
  /// - Parameter nowMs: when leases begin.
  public mutating func apply(_ event: StudyEvent, nowMs: Int64) {
    heardAtMs = max(heardAtMs, nowMs)
    switch event {
    case .asked(let number, let point, let holder, let atMs, let promotion):
      guard number == records.count else { return }
      let wanted = nextWanted
      if wanted != nil { begunCount += 1 }
      study.restore(study.space.exact(point), promotion, isWanted: wanted != nil)
      records.append(
        Record(
          holder: holder, leaseUntilMs: nowMs + terms.leaseMs, startedAtMs: atMs, wanted: wanted,
          attributes: wanted?.attributes ?? [:]))
      keys[holder.key] = number
      running.insert(number)
    case .given(let number, let holder, let atMs):
      guard running.contains(number) else { return }
      keys[records[number].holder.key] = nil
      keys[holder.key] = number
      forgetReports(of: number)
      records[number].attributes = records[number].wanted?.attributes ?? [:]
      records[number].holder = holder
      records[number].attempt += 1
      records[number].leaseUntilMs = nowMs + terms.leaseMs
      records[number].startedAtMs = atMs
    case .drew(let number, let name, let value, let new):
      guard running.contains(number) else { return }
      if let new, discovered?.parameters.contains(where: { $0.name == name }) == false {
        discovered?.add(new)
        refreshSpace()
      }
      var point = study.trials[number].point
      point[name] = domain(name)?.exact(value) ?? value
      study.replace(point, of: number)
    case .reported(let number, let step, let value, let verdict):
      guard running.contains(number) else { return }
      // A worker may have stopped it by a rule of its own.
      let isStopped = verdict != nil && prunerVerdict(of: number, step: step, value: value) != nil
      study.note(number, step: step, value: value, isStopped: isStopped)
      records[number].reports.append(PruningMoment.Report(step: step, value: value))
      records[number].verdict = verdict ?? records[number].verdict
    case .told(let number, let attempt, let state, let used, let atMs, let errors, let constraints):
      guard running.remove(number) != nil else { return }
      keys[records[number].holder.key] = nil
      records[number].endedAtMs = atMs
      records[number].teller = attempt
      records[number].errors = errors
      if discovered != nil, let used {
        let names = Set(used)
        let values = study.trials[number].point.values.filter { names.contains($0.key) }
        study.replace(SearchPoint(values), of: number)
      }
      study.tell(number, state, constraints: constraints ?? [])
      learn(from: study.trials[number], isTold: used != nil)
    case .enqueued(let point): enqueued.append(point)
    case .noted(let number?, let key, let text):
      guard running.contains(number) else { return }
      records[number].attributes[key] = text
    case .noted(nil, let key, let text): attributes[key] = text
    }
  }

  /// Learns branches from what an ended trial used.
  ///
  /// - Parameter isTold: whether it said what that was; else its point is what it was given.
  private mutating func learn(from trial: Trial, isTold: Bool) {
    switch trial.state {
    case .completed: discovered?.learn(trial.point)
    case .pruned, .failed: if isTold { discovered?.learn(cut: trial.point) }
    case .running: return
    }
    refreshSpace()
  }

  private mutating func refreshSpace() {
    if let space = discovered?.space { study.move(to: space) }
  }

  private mutating func forgetReports(of number: Int) {
    records[number].reports = []
    records[number].verdict = nil
    study.forgetReports(of: number)
  }

  /// The domain that a name has, where it is known.
  func domain(_ name: String) -> ParameterDomain? {
    guard let discovered else { return study.space[name]?.domain }
    return discovered.parameters.first { $0.name == name }?.domain
  }

  // MARK: Decisions

  /// Notes that somebody asks; after a silence of all holders, each of them gets a new lease.
  ///
  /// Who is at work says so in each third of a lease: nothing from anybody for two of them means that
  /// nobody could.
  mutating func hear(nowMs: Int64) {
    if nowMs - heardAtMs > terms.leaseMs * 2 / 3 {
      for number in running { records[number].leaseUntilMs = nowMs + terms.leaseMs }
    }
    heardAtMs = max(heardAtMs, nowMs)
  }

  /// Gives a worker a trial: the one that this asking got before, one whose holder is silent, or a new one.
  ///
  /// - Parameter onlyHeld: nothing but the first of these.
  mutating func ask(
    _ holder: StudyHolder, onlyHeld: Bool = false, nowMs: Int64
  ) -> (asked: StudyAsked, events: [StudyEvent]) {
    if let number = keys[holder.key], records[number].holder == holder {
      records[number].leaseUntilMs = nowMs + terms.leaseMs
      return (.trial(number), [])
    }
    if onlyHeld { return (.done, []) }
    let silent = running.filter { records[$0].leaseUntilMs <= nowMs }.min()
    let event: StudyEvent
    let number: Int
    if let silent {
      number = silent
      event = .given(number: silent, to: holder, atMs: nowMs)
    } else if isEnough() {
      guard let next = running.map({ records[$0].leaseUntilMs }).min() else { return (.done, []) }
      return (.wait(ms: min(max(next - nowMs, 10), Self.longestWaitMs)), [])
    } else {
      number = records.count
      // The sampler's memory is kept; the trial itself comes back as an event.
      let (point, promotion) = next()
      event = .asked(number: number, point: point, by: holder, atMs: nowMs, promotion: promotion)
    }
    apply(event, nowMs: nowMs)
    return (.trial(number), [event])
  }

  /// The point of the next new trial, and whose it was where it is trained again.
  private mutating func next() -> (point: SearchPoint, promotion: TrialPromotion?) {
    guard let wanted = nextWanted else { return study.propose() }
    return (point(with: wanted), nil)
  }

  /// A point with the values that are wanted; what these leave open is the sampler's.
  private mutating func point(with wanted: EnqueuedPoint) -> SearchPoint {
    let (space, values) = (study.space, wanted.values)
    if discovered == nil, space.isWhole(values) { return values }
    let proposal = study.suggest()
    guard discovered != nil else {
      var random = SeededGenerator(seed: terms.seed &+ UInt64(records.count), stream: 1)
      // It was found to be possible when it was enqueued.
      return space.completed(values, from: proposal, using: &random) ?? proposal
    }
    // What was learned of conditions is a guess, what is wanted is not.
    var point = proposal
    for (name, value) in values.values {
      point[name] = domain(name).flatMap { $0.meant(by: value) }
    }
    return point
  }

  /// Whether the study's terms want no trial more.
  private mutating func isEnough() -> Bool {
    if let budget = terms.budget, records.count >= budget { return true }
    guard let bound = terms.stopBelow, nextWanted == nil else { return false }
    let ended = records.count - running.count
    if stopVerdict?.ended != ended {
      let stop = ImprovementStop(bound: bound)
      stopVerdict = (ended, stop.verdict(on: study.observed, memory: &stopMemory))
    }
    return stopVerdict?.known.isEnough ?? false
  }

  private static let longestWaitMs: Int64 = 1_000

  /// Whether an attempt still holds its trial; renews the lease if it does.
  mutating func holds(_ number: Int, attempt: Int, nowMs: Int64) -> Bool {
    guard running.contains(number), records[number].attempt == attempt else { return false }
    records[number].leaseUntilMs = nowMs + terms.leaseMs
    return true
  }

  /// Why the pruner stops a trial after a report; nil where it does not.
  func prunerVerdict(of number: Int, step: Int, value: Double) -> String? {
    guard let moment = study.moment(of: number, step: step, value: value),
      study.pruner.shouldPrune(moment)
    else { return nil }
    return study.pruner.reason(moment)
  }

  /// The value of a parameter that a trial's point lacks: what was wanted, or an even draw of its own.
  func draw(_ parameter: SearchParameter, of number: Int) -> ParameterValue {
    let wanted = records[number].wanted?.values[parameter.name]
    if let value = wanted.flatMap(parameter.domain.meant) { return value }
    // FNV-1a: the same name draws from the same stream on every machine.
    let stream = parameter.name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    var random = SeededGenerator(seed: terms.seed &+ UInt64(number), stream: stream)
    return RandomSampler.value(of: parameter.domain, using: &random)
  }
}

/// What an asking gets.
enum StudyAsked: Sendable, Equatable {
  /// A trial to work on.
  case trial(Int)
  /// Nothing now: all trials are taken, and one may come back.
  case wait(ms: Int64)
  /// Nothing any more.
  case done
}

extension SearchSpace {
  /// A space without parameters, which is always legal.
  static var empty: SearchSpace { SearchSpace() }

  /// A point read from JSON, where numbers have lost what kind they are.
  func exact(_ point: SearchPoint) -> SearchPoint {
    SearchPoint(
      Dictionary(
        uniqueKeysWithValues: point.values.map { name, value in
          (name, self[name]?.domain.exact(value) ?? value)
        }))
  }
}

extension ParameterDomain {
  /// The value as this domain writes it, without moving it.
  func exact(_ value: ParameterValue) -> ParameterValue {
    switch (self, value) {
    case (.float, .int(let number)), (.steps, .int(let number)): return .float(Double(number))
    case (.int, .float(let number)): return Int(exactly: number).map(ParameterValue.int) ?? value
    case (.categorical, .category), (.ordinal, .category): return value
    case (.categorical, _), (.ordinal, _): return .category(value.text)
    default: return value
    }
  }
}
