import JobProtocol

/// Why attempts wait, in words.
extension SlurmSite {
  /// Asks Slurm at once, because what it said last may be old.
  func explain(_ attempt: OpenAttempt) async -> [String] {
    guard let known = followed[attempt.key] else { return [] }
    guard let id = known.id else {
      if heldBack.contains(attempt.key), let atMost = known.spec.array?.atMost {
        return [Jobs.arrayLimitWords(atMost)]
      }
      let words = known.told?.state ?? "it is about to be submitted"
      return ["Slurm on '\(name)' does not have it yet: \(words)."]
    }
    do {
      let answer = try await commands(
        "squeue", ["--noheader", "--jobs=\(id)", "--start", "--format=%T|%r|%S|%P"])
      let parts =
        answer.output.split(separator: "\n").first?
        .split(separator: "|", omittingEmptySubsequences: false).map(String.init) ?? []
      guard answer.isSuccess, parts.count == 4, SlurmState(parts[0]).phase == .waits else {
        return state(of: known, id)
      }
      return Self.waiting(id: id, reason: parts[1], start: parts[2], partition: parts[3])
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      return state(of: known, id) + ["Slurm cannot be asked now: \(words)."]
    }
  }

  private func state(of known: SlurmAttempt, _ id: String) -> [String] {
    ["Slurm's job \(id) on '\(name)': \(known.seen?.words ?? "no state is known yet")."]
  }

  /// The sentences for what `squeue --start` says.
  static func waiting(id: String, reason: String, start: String, partition: String) -> [String] {
    var sentences = [
      "Slurm's job \(id) waits in the partition '\(partition)'. Slurm's reason: \(reason)."
    ]
    if let words = SlurmWaitWords.sentence(reason) { sentences.append(words) }
    if start != "N/A", !start.isEmpty {
      sentences.append("Slurm expects to start it at \(start), or earlier when others end earlier.")
    }
    return sentences
  }
}
