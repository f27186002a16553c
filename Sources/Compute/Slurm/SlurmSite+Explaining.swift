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
      if heldBack.contains(attempt.key), let pack = known.spec.packing?.pack {
        let running = Self.room(followed.values).count { $0.pack == pack }
        return [
          "It waits for a place in one of the allocations of \(pack) on '\(name)', of which "
            + "\(running) run."
        ]
      }
      let words = known.told?.state ?? "it is about to be submitted"
      return ["Slurm on '\(name)' does not have it yet: \(words)."]
    }
    do {
      guard let forecast = try await engine.forecast(of: id) else { return state(of: known, id) }
      return Self.waiting(id: id, forecast)
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      return state(of: known, id) + ["Slurm cannot be asked now: \(words)."]
    }
  }

  private func state(of known: SlurmAttempt, _ id: String) -> [String] {
    ["Slurm's job \(id) on '\(name)': \(known.seen?.words ?? "no state is known yet")."]
  }

  /// The sentences for what Slurm expects.
  static func waiting(id: String, _ forecast: SlurmForecast) -> [String] {
    let reason = forecast.reason
    var sentences = [
      "Slurm's job \(id) waits in the partition '\(forecast.partition)'. Slurm's reason: \(reason)."
    ]
    if let words = SlurmWaitWords.sentence(reason) { sentences.append(words) }
    if let start = forecast.start {
      sentences.append("Slurm expects to start it at \(start), or earlier when others end earlier.")
    }
    return sentences
  }
}
