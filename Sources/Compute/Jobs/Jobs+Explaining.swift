public import Basics
import JobProtocol

/// Answers to "why?".
extension Jobs {
  /// Says why a job stands where it does.
  public func explain(_ id: Identifier<Job>) async throws -> JobExplanation {
    let store = store
    let (job, waiting, siblings, dependencies) = try await ledger.read { db in
      let job = try store.job(id, in: db)
      let siblings = try job.spec.array.map { try store.going(inArray: $0.array, in: db) }
      return (
        job, try store.waiting(limit: 10_000, in: db), siblings ?? [],
        try job.isHeld ? store.dependencies(of: id, in: db) : []
      )
    }
    var explanation = JobExplanation(
      id: id, state: job.state, reason: job.reason, sentences: [], holders: [])
    switch job.state {
    case .queued where job.isHeld:
      explanation.sentences = Self.words(for: dependencies)
      for dependency in dependencies {
        switch dependency {
        case .job(let other): explanation.holders.append(other.id)
        case .array(let array): explanation.arrays.append(array.id)
        }
      }
    case .queued where job.site != Site.localName:
      explanation.sentences = await engineWords(on: job)
      if explanation.sentences.isEmpty {
        explanation.sentences = [
          drivers[job.site] == nil
            ? "The site '\(job.site)' cannot be used now: `aifactory sites test \(job.site)` says why. The job goes "
              + "there as soon as it can."
            : "The job is about to be handed over to '\(job.site)'."
        ]
      }
    case .queued:
      if let atMost = job.spec.array?.atMost, siblings.count >= atMost {
        explanation.sentences = [Self.arrayLimitWords(atMost)]
        explanation.holders = siblings
      } else {
        explainWaiting(job, waiting, &explanation)
      }
    case .running where job.site != Site.localName:
      explanation.sentences =
        ["The job runs on \(Self.nodes(of: job))'\(job.site)': attempt \(job.attempt)."]
        + (await engineWords(on: job))
      if let progress = job.progress {
        explanation.sentences.append("It last said: \(progress.phase): \(progress.message)")
      }
    case .running:
      explanation.sentences = ["The job runs: attempt \(job.attempt), \(place(of: job))."]
      if let progress = job.progress {
        explanation.sentences.append("It last said: \(progress.phase): \(progress.message)")
      }
    case .stopping:
      let seconds = job.spec.resources.gracePeriodMs / 1_000
      explanation.sentences = ["The job is being stopped, because somebody canceled it."]
      explanation.sentences +=
        job.site == Site.localName
        ? ["Its processes were told and are killed after \(seconds) seconds if they stay."]
        : await engineWords(on: job)
    case .ended: explanation.sentences = JobEndWords(job).sentences
    }
    if !job.hasEnded, let restarts = JobEndWords.restarts(of: job) {
      explanation.sentences.append(restarts)
    }
    return explanation
  }

  /// Why a job waits whose array has as many that run as it may.
  static func arrayLimitWords(_ atMost: Int) -> String {
    atMost == 1
      ? "The job waits for its array, whose jobs run one at a time."
      : "The job waits for its array, of which at most \(atMost) jobs run at once."
  }

  /// Dependencies that are told one by one.
  private static let toldDependencies = 5

  /// What a job waits for to succeed, and what that is doing.
  static func words(for dependencies: [JobStore.Dependency]) -> [String] {
    var sentences = dependencies.prefix(toldDependencies).map { dependency in
      switch dependency {
      case .job(let other):
        "The job waits for \(other.id) (\(other.spec.name)) to succeed, which \(words(for: other))."
      case .array(let array):
        "The job waits for all jobs of \(array.id) (\(array.name)) to succeed; "
          + "\(array.count - (array.reasons[.succeeded] ?? 0)) of \(array.count) are left: "
          + "\(array.states[.running] ?? 0) run and \(array.states[.queued] ?? 0) wait."
      }
    }
    if dependencies.count > toldDependencies {
      sentences.append("It waits for \(dependencies.count - toldDependencies) more.")
    }
    return sentences
  }

  /// What a job does for which another waits.
  private static func words(for other: Job) -> String {
    let place = other.site == Site.localName ? "" : " on '\(other.site)'"
    return switch other.state {
    case .queued where other.isHeld: "waits for others itself"
    case .queued: "waits in the queue\(place)"
    case .running: "runs\(place)"
    case .stopping: "is being stopped"
    case .ended: "has ended"
    }
  }

  /// What the engine of a job's site says about its last attempt.
  private func engineWords(on job: Job) async -> [String] {
    guard let attempt = open[AttemptKey(job: job.id, number: job.attempt)],
      let driver = drivers[job.site]
    else { return [] }
    return await driver.explain(attempt)
  }

  private static func nodes(of job: Job) -> String {
    job.spec.nodeCount > 1 ? "\(job.spec.nodeCount) nodes of " : ""
  }

  private func place(of job: Job) -> String {
    guard let attempt = open[AttemptKey(job: job.id, number: job.attempt)] else {
      return "about to be launched"
    }
    let cpus = attempt.place.cpus.map { String($0) }.joined(separator: ", ")
    var words = cpus.isEmpty ? "on any core" : "on cores \(cpus)"
    if !attempt.place.gpus.isEmpty {
      words += ", GPUs " + attempt.place.gpus.map { String($0) }.joined(separator: ", ")
    }
    return words
  }

  private func explainWaiting(
    _ job: Job, _ waiting: [Packing.Demand], _ explanation: inout JobExplanation
  ) {
    let position = waiting.firstIndex { $0.job == job.id } ?? waiting.count
    guard position < waiting.count else {
      explanation.sentences = ["The job waits behind \(position) others."]
      return
    }
    let demand = waiting[position]
    let holding = open.values.map(\.place)
    let missing = packing.free(beside: holding).missing(for: demand)
    guard packing.free(beside: []).missing(for: demand).isEmpty else {
      explanation.sentences = [
        "The job can never run here: it asks for more than this site has at all.",
        "It was submitted when the site was larger; cancel it, or run the factory there again.",
      ]
      return
    }
    if missing.isEmpty, position == 0 {
      explanation.sentences = ["The job is about to start."]
    } else if missing.isEmpty {
      explanation.sentences = [
        "There is room for the job, but \(waiting[0].job), which waits longer or has a higher "
          + "priority, goes first."
      ]
      explanation.holders = [waiting[0].job]
    } else {
      let holders = holding.filter { holds($0, demand) }.map(\.job)
      explanation.holders = holders.sorted { $0.rawValue < $1.rawValue }
      let names = explanation.holders.prefix(5).map(\.rawValue).joined(separator: ", ")
      let more = holders.count > 5 ? " and \(holders.count - 5) more" : ""
      explanation.sentences = [
        "The job waits for \(missing.joined(separator: " and for ")).",
        "They are held by \(names)\(more).",
      ]
      if position > 0 {
        explanation.sentences.append("\(position) other jobs are before it in the queue.")
      }
    }
  }

  private func holds(_ holding: Packing.Holding, _ demand: Packing.Demand) -> Bool {
    (!holding.cpus.isEmpty && !demand.isService)
      || (!holding.gpus.isEmpty && demand.gpus > 0)
      || (holding.memoryBytes > 0 && demand.memoryBytes > 0)
  }
}
