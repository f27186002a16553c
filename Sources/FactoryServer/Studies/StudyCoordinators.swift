import Basics
import Compute
import Optimization
import Serving

/// Passes questions on to the coordinators of studies; the server itself decides nothing about a study.
actor StudyCoordinators {
  nonisolated let hosts: StudyHosts
  private var links: [Identifier<StudySummary>: CoordinatorLink] = [:]
  /// What all who ask a study without a link wait for, however many they are.
  private var openings: [Identifier<StudySummary>: Task<CoordinatorLink?, any Error>] = [:]
  /// Since when nobody has got a link to a study that somebody asks.
  private var waitingSince: [Identifier<StudySummary>: Int64] = [:]

  /// How long a question waits for a coordinator that starts.
  private static let patienceMs: Int64 = 30_000
  /// How long they wait at most before each looks at how long it has waited.
  private static let openingMs: Int64 = 1_000

  init(hosts: StudyHosts) { self.hosts = hosts }

  /// Asks the coordinator of a study, which is started where none answers.
  ///
  /// A question whose answer was lost with its coordinator is asked again: questions say who asks, so
  /// that twice is once.
  func ask(
    _ study: Identifier<StudySummary>, _ question: JSONValue
  ) async throws -> CoordinatorLink.Answer {
    let bytes = question.encoded()
    let begun = systemTimeMs()
    while systemTimeMs() - begun < Self.patienceMs {
      guard let link = try await link(to: study) else {
        try Task.checkCancellation()
        continue
      }
      do {
        return try await link.ask(bytes)
      } catch is CoordinatorLink.Gone {
        link.close()
      }
    }
    throw ServingError(
      .studyUnavailable, "The coordinator of study \(study) does not answer.",
      hint: "`aifactory jobs list` shows its job; ask again.")
  }

  /// An open link; nil where a coordinator takes longer to start.
  private func link(to study: Identifier<StudySummary>) async throws -> CoordinatorLink? {
    if let known = links[study], known.isOpen { return known }
    let opening = openings[study] ?? Task { try await open(study) }
    openings[study] = opening
    return try await opening.value
  }

  private func open(_ study: Identifier<StudySummary>) async throws -> CoordinatorLink? {
    let begun = systemTimeMs()
    var since = waitingSince[study] ?? begun
    // What failed before all who wait now is no reason for them to give up.
    if begun - since > Self.patienceMs { since = begun }
    waitingSince[study] = since
    var isOver = true
    defer {
      openings[study] = nil
      if isOver { waitingSince[study] = nil }
    }
    let socket = try hosts.socket(of: study)
    repeat {
      if let made = try? await CoordinatorLink.connect(to: socket) {
        links[study] = made
        return made
      }
      // Nobody listens yet: then the job is looked after.
      try await hosts.ensure(study, since: since)
      try await Task.sleep(for: .milliseconds(20))
    } while systemTimeMs() - begun < Self.openingMs
    isOver = false
    return nil
  }
}
