internal import Basics
internal import Experimentation
internal import Optimization

/// Follows a running trial: keeps its lease, and tells the study what its run was told.
struct TrialFollower: Sendable {
  let drive: CommandSearchDrive
  let trial: CommandTrial
  /// The pruner wants it to end.
  private(set) var isPruned = false
  private var seen = 0
  private var renewedAtMs: Int64 = 0

  /// Most points that are told at a time; of more, evenly many are left out.
  private static let mostPoints = 20

  init(drive: CommandSearchDrive, trial: CommandTrial) {
    self.drive = drive
    self.trial = trial
  }

  /// Returns whether the trial should stop now.
  mutating func look(nowMs: Int64) async throws -> Bool {
    guard !isPruned else { return false }
    if nowMs - renewedAtMs > CommandSearchDrive.leaseMs / 4 {
      _ = try await ask("renew", [])
      renewedAtMs = nowMs
    }
    guard drive.subject.search.pruner != .none, drive.subject.search.source == .mlflow else {
      return false
    }
    for point in try await newPoints() where point.step >= 0 {
      let answer = try await ask(
        "report",
        [
          JSONMember("step", .number(Double(point.step))),
          JSONMember("value", StudyNumber.json(point.value)),
        ])
      // One that another slot has is that slot's to stop.
      if answer["prune"]?.boolValue == true, answer["lost"]?.boolValue == false {
        isPruned = true
        return true
      }
    }
    return false
  }

  private mutating func newPoints() async throws -> [MetricPoint] {
    let points = try await RunStore(ledger: drive.parts.store.ledger).history(
      of: drive.subject.search.metric, run: trial.run(of: drive.study), limit: 10_000, offset: seen)
    seen += points.count
    let stride = max(1, (points.count + Self.mostPoints - 1) / Self.mostPoints)
    // The last one is always told.
    return points.enumerated().filter { (points.count - 1 - $0.offset).isMultiple(of: stride) }
      .map(\.element)
  }

  private func ask(_ verb: String, _ members: [JSONMember]) async throws -> JSONValue {
    try await drive.parts.studies.answer(
      drive.study,
      .object(
        [
          JSONMember(verb, .number(Double(trial.number))),
          JSONMember("attempt", .number(Double(trial.attempt))),
        ] + members))
  }
}
