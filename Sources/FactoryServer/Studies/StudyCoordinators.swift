import Basics
import Compute
import Optimization
import Serving

/// Passes questions on to the coordinators of studies; the server itself decides nothing about a study.
actor StudyCoordinators {
  nonisolated let hosts: StudyHosts
  private var links: [Identifier<StudySummary>: CoordinatorLink] = [:]
  /// Studies of which somebody sees to it that a coordinator runs.
  private var starting: Set<Identifier<StudySummary>> = []

  /// How long a question waits for a coordinator that starts.
  private static let patienceMs: Int64 = 30_000

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
      guard let link = try await link(to: study, since: begun) else {
        try await Task.sleep(for: .milliseconds(20))
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

  /// An open link; nil while none can be made.
  private func link(
    to study: Identifier<StudySummary>, since begun: Int64
  ) async throws -> CoordinatorLink? {
    if let known = links[study], known.isOpen { return known }
    guard starting.insert(study).inserted else { return nil }
    defer { starting.remove(study) }
    let socket = try hosts.socket(of: study)
    // Nobody listens yet: then the job is looked after.
    if let made = try? await CoordinatorLink.connect(to: socket) {
      links[study] = made
      return made
    }
    try await hosts.ensure(study, since: begun)
    return nil
  }
}
