import Basics
import JobProtocol

/// Jobs of an array go to Slurm together, as many at a time as it takes.
extension SlurmSite {
  /// Parts attempts that are due into those that go one by one and those that go together.
  ///
  /// What may be in Slurm already has to be looked for one by one.
  static func parted(
    _ due: [SlurmAttempt], most: Int
  ) -> (singles: [SlurmAttempt], arrays: [[SlurmAttempt]]) {
    guard most > 1 else { return (due, []) }
    var singles: [SlurmAttempt] = []
    var groups: [String: [SlurmAttempt]] = [:]
    for attempt in due {
      if let place = attempt.spec.array, attempt.spec.nodeCount == 1,
        attempt.handover == .due(mayBeThere: false),
        attempt.stop == .notAsked
      {
        groups[place.array, default: []].append(attempt)
      } else {
        singles.append(attempt)
      }
    }
    var arrays: [[SlurmAttempt]] = []
    for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
      let sorted = group.sorted { $0.spec.array?.index ?? 0 < $1.spec.array?.index ?? 0 }
      for start in stride(from: 0, to: sorted.count, by: most) {
        let part = Array(sorted[start..<min(start + most, sorted.count)])
        if part.count == 1 { singles += part } else { arrays.append(part) }
      }
    }
    return (singles, arrays)
  }

  /// Slurm's words for an array beyond its MaxArraySize (slurm_errno.h, ESLURM_INVALID_ARRAY).
  private static let tooLarge = "Invalid job array specification"

  /// Hands attempts over as one array.
  ///
  /// - Parameter atMost: how many of them run at once at most.
  func submit(array attempts: [SlurmAttempt], atMost: Int?) async {
    guard let first = attempts.first, let place = first.spec.array else { return }
    for attempt in attempts { followed[attempt.key]?.handover = .underWay }
    let name = "\(place.array).\(Identifier<Job>.random().rawValue.suffix(8))"
    let array = SlurmArrayScript(
      name: name, folder: SiteFolders(scratch: link.options.scratch).array(name),
      folders: attempts.map { files.place(of: $0.folder) },
      model: script(of: first.key, first.folder, first.spec), atMost: atMost)
    do {
      for attempt in attempts { try await files.stage(attempt) }
      try await files.stage(array)
      try await note(attempts, name)
      for attempt in attempts { followed[attempt.key]?.wasSubmitted = true }
      switch try await engine.submit(array.text, at: array.path) {
      case .accepted(let id):
        arrayLimits[id] = atMost
        for (index, attempt) in attempts.enumerated() {
          accepted(attempt.key, SlurmArrayScript.taskId(id, index))
        }
      case .refused(let words) where words.contains(Self.tooLarge) && attempts.count > 2:
        // Not every way there tells how large arrays may be.
        longestArray = (attempts.count + 1) / 2
        for attempt in attempts {
          followed[attempt.key]?.handover = .due(mayBeThere: false)
          followed[attempt.key]?.wasSubmitted = false
        }
      case .refused(let words):
        for attempt in attempts { refused(attempt.key, "Slurm refused the array: \(words)") }
      case .unexplained(let words):
        for attempt in attempts { unexplained(attempt.key, words) }
      case .undecided(let words):
        for attempt in attempts { postpone(attempt.key, words) }
      }
    } catch let error as JobError where error.code == .specInvalid {
      for attempt in attempts { refused(attempt.key, error.message) }
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      for attempt in attempts { postpone(attempt.key, words) }
    }
  }

  /// Writes down, before Slurm is asked, as what each attempt is about to go there.
  private func note(_ attempts: [SlurmAttempt], _ name: String) async throws {
    let folders = attempts.map(\.folder)
    try await offTask {
      for (index, folder) in folders.enumerated() {
        // Lost with this machine, the attempt is looked for by its own name, and its instruction lets it
        // run once.
        let file = try OpenFile(folder.arrayNote, for: .replacing)
        try file.write(Array(SlurmArrayNote(name: name, index: index).text.utf8))
      }
    }
  }
}

extension SlurmArrayNote {
  /// What is written down beside an attempt's instruction.
  init?(of folder: AttemptFolder) {
    // An attempt that went alone has none.
    guard let bytes = try? FileTree.read(folder.arrayNote, limit: 1_024) else { return nil }
    self.init(String(decoding: bytes, as: UTF8.self))
  }
}
