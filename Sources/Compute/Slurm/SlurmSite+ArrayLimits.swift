import JobProtocol

/// Arrays of which only so many jobs run at once.
///
/// Slurm's own limit (sbatch(1), `--array=…%`) counts the tasks of one of its arrays. Where one of ours
/// becomes several, the next goes to Slurm when all of those before it have begun and fewer run than may.
/// Its limit is what they leave, and grows as they end.
extension SlurmSite {
  /// The attempts that may go to Slurm now of those that are due, and the limits of arrays that do.
  ///
  /// What may be in Slurm already is looked for, and what is to stop is stopped, whatever the limit.
  /// - Parameters:
  ///   - followed: all attempts of the site.
  ///   - most: most tasks of an array; below two the cluster takes none.
  static func released(
    _ due: [SlurmAttempt], beside followed: some Collection<SlurmAttempt>, most: Int
  ) -> (attempts: [SlurmAttempt], limits: [String: Int]) {
    var attempts: [SlurmAttempt] = []
    var groups: [String: [SlurmAttempt]] = [:]
    for attempt in due {
      if let place = attempt.spec.array, place.atMost != nil,
        attempt.handover == .due(mayBeThere: false), attempt.stop == .notAsked
      {
        groups[place.array, default: []].append(attempt)
      } else {
        attempts.append(attempt)
      }
    }
    var limits: [String: Int] = [:]
    for (array, group) in groups.sorted(by: { $0.key < $1.key }) {
      guard let first = group.first, let atMost = first.spec.array?.atMost else { continue }
      let sorted = group.sorted { $0.spec.array?.index ?? 0 < $1.spec.array?.index ?? 0 }
      let there = followed.filter { $0.spec.array?.array == array && $0.isThere }
      let room = atMost - there.count
      if most > 1, first.spec.nodeCount == 1 {
        guard room > 0, there.allSatisfy(\.hasBegun) else { continue }
        limits[array] = room
        attempts += sorted.prefix(most)
      } else {
        attempts += sorted.prefix(max(0, room))
      }
    }
    return (attempts, limits)
  }

  /// Gives arrays the room that others before them have left.
  func adaptLimits() async throws {
    let wanted = Self.limits(followed.values)
    arrayLimits = arrayLimits.filter { wanted[$0.key] != nil }
    for (id, limit) in wanted.sorted(by: { $0.key < $1.key }) where arrayLimits[id] != limit {
      // One that has just ended needs no limit; of one that has not, the next round sees it again.
      if try await engine.limit(array: id, to: limit) { arrayLimits[id] = limit }
    }
  }

  /// The limits that arrays in Slurm should have whose tasks have not all begun, by their ids.
  static func limits(_ followed: some Collection<SlurmAttempt>) -> [String: Int] {
    var limits: [String: Int] = [:]
    let limited = followed.filter { $0.spec.array?.atMost != nil && $0.isThere }
    for group in Dictionary(grouping: limited, by: { $0.spec.array?.array }).values {
      guard let atMost = group.first?.spec.array?.atMost else { continue }
      let waiting = Set(group.filter { !$0.hasBegun }.compactMap(\.arrayId))
      for id in waiting {
        limits[id] = max(1, atMost - group.count { $0.hasBegun && $0.arrayId != id })
      }
    }
    return limits
  }
}

extension SlurmAttempt {
  /// Whether Slurm has it, or may have it, and it is not over.
  fileprivate var isThere: Bool { handover != .due(mayBeThere: false) && !isOver }

  /// Whether Slurm has started it.
  fileprivate var hasBegun: Bool { seen.map { $0.state.phase != .waits } ?? false }

  /// Slurm's id of the array that it is a task of; nil for one that went alone.
  fileprivate var arrayId: String? {
    id.flatMap { id in id.lastIndex(of: "_").map { String(id[..<$0]) } }
  }
}
