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
      return Self.waiting(id: id, forecast) + (await sooner(known, forecast))
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      return state(of: known, id) + ["Slurm cannot be asked now: \(words)."]
    }
  }

  private func state(of known: SlurmAttempt, _ id: String) -> [String] {
    ["Slurm's job \(id) on '\(name)': \(known.seen?.words ?? "no state is known yet")."]
  }

  /// Words by which Slurm says that a job waits for room.
  private static let waitsForRoom: Set = ["Resources", "Priority"]

  /// What an attempt could ask for in place of what it does, and start sooner; empty where nothing is known.
  ///
  /// Each shape is one question to the controller, and nobody asks but a person who waits.
  private func sooner(_ known: SlurmAttempt, _ forecast: SlurmForecast) async -> [String] {
    guard Self.waitsForRoom.contains(forecast.reason) else { return [] }
    let path = files.place(of: known.folder).batchScript
    do {
      guard let own = try await link.doorkeeper.possibleStart(of: path, []) else { return [] }
      for divisor in SmallerShape.divisors {
        var found: (shape: SmallerShape, start: String)?
        for shape in SmallerShape.of(known.spec, by: divisor, usualSeconds: usualSeconds) {
          // Times of one cluster, written alike, are in the order of their letters.
          guard
            let start = try await link.doorkeeper.possibleStart(of: path, shape.sbatchOptions),
            start < found?.start ?? own
          else { continue }
          found = (shape, start)
        }
        guard let (shape, start) = found else { continue }
        return [
          "With \(shape.words) it could start at \(start) by what runs now, not at \(own) "
            + "(\(shape.submitOption))."
        ]
      }
      return ["Asking for half or a quarter of any one thing would not let it start sooner."]
    } catch {
      // What is known is said all the same.
      return []
    }
  }

  /// The sentences for what Slurm expects.
  static func waiting(id: String, _ forecast: SlurmForecast) -> [String] {
    let reason = forecast.reason
    var sentences = [
      "Slurm's job \(id) waits in the partition '\(forecast.partition)'. Slurm's reason: \(reason)."
    ]
    if let words = SlurmWaitWords.sentence(reason) { sentences.append(words) }
    if let ahead = forecast.ahead, ahead > 0 {
      sentences.append(
        ahead == 1 ? "One job goes before it there." : "\(ahead) jobs go before it there.")
    }
    if let start = forecast.start {
      sentences.append("Slurm expects to start it at \(start), or earlier when others end earlier.")
    }
    return sentences
  }
}
