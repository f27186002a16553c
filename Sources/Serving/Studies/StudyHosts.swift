public import Basics
public import Compute
import Foundation
import JobProtocol
public import Optimization

/// Starts and ends the coordinators of shared studies: a service job each.
///
/// A coordinator is started when somebody asks and none answers, ends when nobody asks, and takes
/// its study up from the journal in the home: what is killed is begun again by the next question.
public struct StudyHosts: Sendable {
  private let home: FactoryHome
  private let ledger: Ledger
  private let jobs: Jobs
  private let executable: String
  private let store = StudyStore()

  /// How long a coordinator waits for a question before it ends.
  private static let idleMs: Int32 = 600_000

  /// - Parameter executable: the program that runs `worker study`.
  public init(home: FactoryHome, ledger: Ledger, jobs: Jobs, executable: String) {
    self.home = home
    self.ledger = ledger
    self.jobs = jobs
    self.executable = executable
  }

  /// Makes a study that workers can ask, or joins the one of that name.
  ///
  /// - Parameters:
  ///   - metrics: a name for each goal; fewer where nobody told.
  ///   - earlier: identifiers or names of studies whose best points a new one tries first; of the first of them it has
  ///     the space where the terms have none, and the names of the values where nobody told any.
  /// - Throws: `study_conflict` where the study of that name is about something else.
  public func create(
    _ terms: StudyTerms, metrics: [String], after earlier: [String] = [],
    in project: String, nowMs: Int64
  ) async throws -> StudySummary {
    let store = store
    var start: WarmStart?
    // Who joins a study begins with nothing of others.
    if !earlier.isEmpty,
      try await ledger.read({ try store.shared(terms.name, project: project, in: $0) }) == nil
    {
      start = try WarmStart(
        terms.space, from: try await sources(earlier, in: project), goals: terms.goals)
    }
    return try await ledger.write { [start] db in
      var (terms, metrics) = (terms, metrics)
      guard let known = try store.shared(terms.name, project: project, in: db) else {
        if let start {
          (terms.space, terms.warmStart) = (start.space, start.origins)
          if metrics.isEmpty, let first = earlier.first {
            metrics = try store.study(named: first, project: project, in: db).metrics
          }
        }
        let wanted = StudySummary(
          id: .random(), project: project, name: terms.name, job: nil,
          metric: metrics.first ?? "value",
          goal: terms.goal, sampler: terms.sampler.rawValue, pruner: terms.pruner.rawValue,
          seed: terms.seed, createdAtMs: nowMs, budget: terms.budget, space: terms.space,
          goals: terms.goals, metrics: metrics)
        try store.create(wanted, terms: terms, in: db)
        return wanted
      }
      // Who names no space takes the one that is there.
      if terms.space == nil { terms.space = known.terms.space }
      guard let obstacle = terms.obstacle(toJoining: known.terms) else { return known.summary }
      throw ServingError(
        .studyConflict, "There is a study named \(terms.name) already, and \(obstacle).",
        hint: "Use its terms, or give this one another name.")
    }
  }

  /// Earlier studies of a project with all trials that their workers have told.
  ///
  /// What a coordinator has acknowledged is in its journal at once, in the ledger a little later.
  ///
  /// - Parameter earlier: identifiers, or names that one study alone has.
  /// - Throws: `study_not_found`, `study_ambiguous`.
  public func sources(
    _ earlier: [String], in project: String
  ) async throws -> [WarmStart.Source] {
    let store = store
    let found = try await ledger.read { db in
      try store.sources(earlier, project: project, in: db).map { source in
        (source, try store.terms(of: source.summary.id, in: db))
      }
    }
    return try await offTask {
      found.map { source, terms in
        guard let terms else { return source }
        return source.completed(from: folder(of: source.summary.id), terms: terms)
      }
    }
  }

  private func folder(of study: Identifier<StudySummary>) -> String {
    home.studiesPath + "/" + study.rawValue
  }

  /// Where the coordinator of a study listens, whether it runs or not.
  public func socket(of study: Identifier<StudySummary>) throws -> String {
    try SocketFolder(home).path(named: study.rawValue)
  }

  /// Sees to it that the coordinator of a study runs, or is about to.
  ///
  /// - Throws: `study_not_shared` for a search that its own job leads, `study_failed` with the words of a
  ///   coordinator that ended at once.
  public func ensure(_ study: Identifier<StudySummary>, since startedAtMs: Int64?) async throws {
    let store = store
    let found = try await ledger.read { db -> (summary: StudySummary, terms: StudyTerms?)? in
      guard let summary = try store.study(study, in: db) else { return nil }
      return (summary, try store.terms(of: study, in: db))
    }
    guard let (summary, terms) = found else {
      throw ServingError(
        .studyNotFound, "No study has the id \(study).",
        hint: "`aifactory studies list` shows the newest.")
    }
    guard let terms else {
      throw ServingError(
        .studyNotShared, "The job \(summary.job ?? "") leads the study \(study) alone.",
        hint: "Workers can ask studies that were made for them: docs/search.md.")
    }
    if let id = summary.job.flatMap({ Identifier<Job>($0) }) {
      do {
        let job = try await jobs.job(id)
        guard job.hasEnded else { return }
        // One that gave up since somebody waits, or could not be started, would do so again; one that was killed
        // would not.
        let gaveUp =
          (job.reason == .failed && job.signal == nil) || job.reason == .launchFailed
        if let startedAtMs, gaveUp, job.createdAtMs >= startedAtMs {
          let words =
            job.reason == .launchFailed
            ? job.message : try await jobs.lastWords(of: job)
          throw ServingError(
            .studyFailed,
            "The study \(study) cannot be led: \(words ?? "it ended with \(job.exitCode ?? -1)")")
        }
      } catch let error as JobError where error.code == .jobNotFound {
        // The folder was collected: a new one leads.
      }
    }
    try await start(summary, terms)
  }

  private func start(_ study: StudySummary, _ terms: StudyTerms) async throws {
    let id = Identifier<Job>.random()
    let folder = jobs.workFolder(of: id)
    let request = StudyRequest(
      terms: String(decoding: terms.json.encoded(), as: UTF8.self),
      folder: self.folder(of: study.id), socket: try socket(of: study.id),
      idleMs: Self.idleMs)
    try FileTree.createFolder(folder)
    let path = folder + "/request.json"
    try FileTree.write(Array(try JSONEncoder().encode(request)), to: path)
    let store = store
    _ = try await jobs.submit(
      JobSpec(
        name: "study \(study.name)", kind: .service,
        command: [executable, "worker", "study", path],
        environment: [EnvironmentVariable("AIFACTORY_HOME", home.path)], workingDirectory: folder,
        purpose: "study"),
      id: id, in: study.project
    ) { job, db in
      try store.assign(job: job.id.rawValue, to: study.id, in: db)
    }
  }

  /// Ends all coordinators; their studies go on with the next question.
  public func suspend() async throws {
    for job in try await jobs.list(limit: 1_000)
    where !job.hasEnded && job.spec.purpose == "study" {
      _ = try await jobs.cancel(job.id)
      _ = try await jobs.waitForEnd(job.id)
    }
  }
}

extension StudyTerms {
  /// Why a worker with these terms cannot work for a study with others; nil where it can.
  func obstacle(toJoining other: StudyTerms) -> String? {
    if goals != other.goals {
      return "its goal is to \(other.goals.map(\.rawValue).joined(separator: " and to "))"
    }
    if space?.fingerprint != other.space?.fingerprint { return "its search space is another" }
    return nil
  }
}
